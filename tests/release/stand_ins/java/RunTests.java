import java.lang.reflect.Method;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stands in for JUnit: runs each test of a class, after what comes before each. */
public class RunTests {
    public static void main(String[] names) throws Exception {
        Class<?> tests = Class.forName(names[0]);
        int count = 0;
        for (Method test : tests.getDeclaredMethods()) {
            if (!test.isAnnotationPresent(Test.class)) continue;
            var constructor = tests.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object instance = constructor.newInstance();
            for (Method before : tests.getDeclaredMethods()) {
                if (before.isAnnotationPresent(BeforeEach.class)) call(instance, before);
            }
            call(instance, test);
            count++;
        }
        System.out.println(count + " tests passed");
    }

    private static void call(Object instance, Method method) throws Exception {
        method.setAccessible(true);
        method.invoke(instance);
    }
}
