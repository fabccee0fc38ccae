package shop;

import static com.github.tomakehurst.wiremock.http.HttpHeader.httpHeader;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.HttpHeader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A world of emporix-mockserver: state, faults and journal that no other test sees.
 *
 * <p>The server is the one at EMPORIX_URL or, without that variable, a container for all tests of this run.
 */
final class Simulator {
    static final String TENANT = "acme";
    private static final int PORT = 8080;
    private static final String ADMIN_TOKEN = System.getenv().getOrDefault("EMPORIX_ADMIN_TOKEN", "only-for-these-tests");
    private static final URI SERVER = findServer();

    private final String world = "java-" + UUID.randomUUID();
    private final HttpClient http = HttpClient.newHttpClient();

    /** WireMock's client; it verifies and stubs calls of this world. */
    final WireMock wireMock = WireMock.create()
        .scheme(SERVER.getScheme())
        .host(SERVER.getHost())
        .port(SERVER.getPort())
        .authenticator(this::controlHeaders)
        .build();

    private static URI findServer() {
        String url = System.getenv("EMPORIX_URL");
        return url == null ? startContainer() : URI.create(url);
    }

    private static URI startContainer() {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse("emporix-mockserver"))
            .withExposedPorts(PORT)
            .withEnv("MOCKSERVER_ADMIN_TOKEN", ADMIN_TOKEN)
            .waitingFor(Wait.forHttp("/__admin/health").forPort(PORT).forStatusCode(200));
        container.start(); // Testcontainers removes it at the end
        return URI.create("http://" + container.getHost() + ":" + container.getMappedPort(PORT));
    }

    /** Where the code under test finds the API. */
    URI api() {
        return SERVER;
    }

    /** The headers that the code under test must send, so that its calls belong to this world. */
    Map<String, String> headers() {
        return Map.of("X-Mock-World", world);
    }

    /** Calls the control plane, such as {@code control("POST", "/reset", "{}")}. */
    HttpResponse<String> control(String method, String path, String json) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(SERVER.resolve("/__admin" + path))
            .method(method, BodyPublishers.ofString(json))
            .header("Content-Type", "application/json");
        controlHeaders().forEach(header -> request.header(header.key(), header.firstValue()));
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private List<HttpHeader> controlHeaders() {
        return List.of(httpHeader("Authorization", "Bearer " + ADMIN_TOKEN), httpHeader("X-Mock-World", world));
    }
}
