package shop;

import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serviceUnavailable;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathTemplate;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SegmentClientTest {
    private static final String SEGMENTS = "/customer-segment/acme/segments";
    private static final String GOLDEN = "628cd20c6e8b2432b6346ca6"; // a segment of the default world

    // JUnit creates an object for each test, so each test has a world of its own.
    private final Simulator simulator = new Simulator();
    private final SegmentClient client =
        new SegmentClient(simulator.api(), Simulator.TENANT, "admin-token", simulator.headers());

    @Test
    void anAdministratorSeesAllSegments() throws Exception {
        assertTrue(client.list().contains(GOLDEN));
        simulator.wireMock.verifyThat(1, getRequestedFor(urlPathEqualTo(SEGMENTS)));
    }

    @Test
    void aDeletedSegmentIsGone() throws Exception {
        client.delete(GOLDEN);
        assertFalse(client.list().contains(GOLDEN));
        simulator.wireMock.verifyThat(
            deleteRequestedFor(urlPathTemplate(SEGMENTS + "/{id}")).withPathParam("id", equalTo(GOLDEN))
        );
    }

    @Test
    void itAsksThreeTimesIfTheServiceIsUnavailable() {
        simulator.wireMock.register(get(urlPathEqualTo(SEGMENTS)).willReturn(serviceUnavailable()));
        IOException error = assertThrows(IOException.class, client::list);
        assertTrue(error.getMessage().contains("503"));
        simulator.wireMock.verifyThat(3, getRequestedFor(urlPathEqualTo(SEGMENTS)));
    }

    @Test
    void itRecoversAfterOneFailure() throws Exception {
        String fault = "{\"tenant\": \"acme\", \"times\": 1, \"response\": {\"status\": 503}}";
        assertEquals(201, simulator.control("POST", "/faults", fault).statusCode());
        assertTrue(client.list().contains(GOLDEN));
    }

    @Test
    void theCallsCameInThisOrder() throws Exception {
        client.list();
        client.delete(GOLDEN);
        List<LoggedRequest> calls = simulator.wireMock.find(anyRequestedFor(anyUrl()));
        assertEquals(
            List.of("GET", "DELETE"),
            calls.stream().map(call -> call.getMethod().getName()).collect(Collectors.toList())
        );
    }

    @Test
    void aTestWaitsForACallThatComesLater() throws Exception {
        CompletableFuture<String> later = CompletableFuture.supplyAsync(() -> assertDoesNotThrow(client::list));
        String expected = "{\"pattern\": {\"method\": \"GET\"}, \"timeout\": 10}";
        assertEquals(200, simulator.control("POST", "/requests/wait", expected).statusCode());
        assertTrue(later.get().contains(GOLDEN));
    }
}
