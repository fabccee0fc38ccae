// Testcontainers for Java: org.testcontainers:testcontainers and org.testcontainers:junit-jupiter, with JUnit 5, Java 11 or newer.
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@Testcontainers
class SegmentsTest {
    static final int PORT = 8080;

    @Container
    static final GenericContainer<?> EMPORIX = new GenericContainer<>(DockerImageName.parse("emporix-mockserver"))
        .withExposedPorts(PORT)
        .withEnv("MOCKSERVER_ADMIN_TOKEN", "only-for-these-tests")
        .waitingFor(Wait.forHttp("/__admin/health").forPort(PORT).forStatusCode(200));

    final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void startFromTheWorld() throws Exception {
        assertEquals(200, send("POST", "/__admin/reset?tenant=acme", "only-for-these-tests").statusCode());
    }

    @Test
    void thereAreSegments() throws Exception {
        HttpResponse<String> response = send("GET", "/customer-segment/acme/segments", "admin-token");
        assertEquals(200, response.statusCode());
        assertTrue(response.body().startsWith("[{"));
    }

    HttpResponse<String> send(String method, String path, String token) throws Exception {
        URI uri = URI.create("http://" + EMPORIX.getHost() + ":" + EMPORIX.getMappedPort(PORT) + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
            .method(method, BodyPublishers.noBody())
            .header("Authorization", "Bearer " + token)
            .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
