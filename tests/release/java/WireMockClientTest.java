import static com.github.tomakehurst.wiremock.client.WireMock.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.admin.model.ServeEventQuery;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.VerificationException;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.common.ClientError;
import com.github.tomakehurst.wiremock.common.Metadata;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.http.RequestMethod;
import com.github.tomakehurst.wiremock.matching.RequestPatternBuilder;
import com.github.tomakehurst.wiremock.stubbing.StubImport;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What WireMock's client sends is answered by the control plane: what it verifies, stubs and cannot have. */
class WireMockClientTest {
    static final URI SERVER = URI.create(System.getenv("EMPORIX_URL"));
    static final String SEGMENTS = "/customer-segment/acme/segments";
    static final String GOLDEN = SEGMENTS + "/628cd20c6e8b2432b6346ca6";

    final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void startOver() {
        WireMock.configureFor(SERVER.getHost(), SERVER.getPort());
        WireMock.reset();
        WireMock.resetAllRequests();
        WireMock.resetAllScenarios();
    }

    int call(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(SERVER.resolve(path))
            .header("Authorization", "Bearer admin-token")
            .build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }

    static Stream<RequestPatternBuilder> patterns() {
        return Stream.of(
            getRequestedFor(urlEqualTo(SEGMENTS + "?q=id:x")),
            getRequestedFor(urlMatching(".*segments.q=.*")),
            getRequestedFor(urlPathMatching(".*/segments")),
            getRequestedFor(urlPathTemplate("/customer-segment/{tenant}/segments")).withPathParam("tenant", equalTo("acme")),
            getRequestedFor(urlPathEqualTo(SEGMENTS)).withQueryParam("q", containing("id")),
            getRequestedFor(urlPathEqualTo(SEGMENTS)).withQueryParam("q", havingExactly("id:x")),
            getRequestedFor(urlPathEqualTo(SEGMENTS)).withHeader("user-agent", containing("Java").and(not(containing("x9")))),
            getRequestedFor(urlPathEqualTo(SEGMENTS)).withHeader("X-No", absent().or(equalTo("x"))).withoutHeader("X-No"),
            getRequestedFor(urlPathEqualTo(SEGMENTS)).withHeader("authorization", equalTo("Bearer admin-token")),
            getRequestedFor(urlPathEqualTo(SEGMENTS)).withClientIp(equalTo("127.0.0.1")),
            getRequestedFor(urlPathEqualTo(SEGMENTS)).withScheme("http").withPort(SERVER.getPort()),
            new RequestPatternBuilder(RequestMethod.GET_OR_HEAD, urlPathEqualTo(SEGMENTS))
        );
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void itVerifiesACall(RequestPatternBuilder pattern) throws Exception {
        call(SEGMENTS + "?q=id:x");
        call(GOLDEN);
        verify(1, pattern);
        assertEquals(1, findAll(pattern).size());
        assertThrows(VerificationException.class, () -> verify(2, pattern));
    }

    @Test
    void aFailedVerificationShowsTheNearestCall() throws Exception {
        call(SEGMENTS);
        VerificationException error =
            assertThrows(VerificationException.class, () -> verify(getRequestedFor(urlEqualTo(SEGMENTS + "x"))));
        assertTrue(error.getMessage().contains("Most similar request was"), error.getMessage());
    }

    @Test
    void itReadsTheJournal() throws Exception {
        UUID id = UUID.randomUUID();
        stubFor(get(urlPathEqualTo(GOLDEN)).withId(id).willReturn(serviceUnavailable()));
        call(GOLDEN);
        call(SEGMENTS);
        call(SEGMENTS + "/a/b");
        assertEquals(3, getAllServeEvents().size());
        assertEquals(503, getAllServeEvents(ServeEventQuery.forStubMapping(id)).get(0).getResponse().getStatus());
        assertEquals(404, getAllServeEvents(ServeEventQuery.ALL_UNMATCHED).get(0).getResponse().getStatus());
        assertEquals(1, findUnmatchedRequests().size());
        assertFalse(findNearMissesForAllUnmatched().isEmpty());
        assertFalse(findNearMissesFor(findUnmatchedRequests().get(0)).isEmpty());
        assertEquals(1, removeServeEvents(getRequestedFor(urlEqualTo(SEGMENTS))).size());
        assertEquals(2, getAllServeEvents().size());
    }

    static Stream<Arguments> responses() {
        return Stream.of(
            Arguments.of(ok(), 200),
            Arguments.of(okJson("[]"), 200),
            Arguments.of(serverError(), 500),
            Arguments.of(unauthorized(), 401),
            Arguments.of(aResponse().withStatus(503).withHeader("Retry-After", "5"), 503),
            Arguments.of(ok().withFixedDelay(1), 200),
            Arguments.of(ok().withUniformRandomDelay(1, 2), 200),
            Arguments.of(ok().withChunkedDribbleDelay(2, 10), 200),
            Arguments.of(aResponse().withFault(Fault.EMPTY_RESPONSE), 0),
            Arguments.of(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), 0)
        );
    }

    @ParameterizedTest
    @MethodSource("responses")
    void aStubBecomesAFault(ResponseDefinitionBuilder response, int status) throws Exception {
        stubFor(get(urlPathEqualTo(SEGMENTS)).willReturn(response));
        if (status == 0) {
            assertThrows(IOException.class, () -> call(SEGMENTS));
        } else {
            assertEquals(status, call(SEGMENTS));
        }
        removeAllMappings();
        assertEquals(200, call(SEGMENTS));
    }

    static MappingBuilder segments() {
        return get(urlPathEqualTo(SEGMENTS));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
            Arguments.of(get("/fee/acme/fees").willReturn(ok()), "No operation answers GET /fee/acme/fees"),
            Arguments.of(segments().willReturn(status(418)), "has no status 418"),
            Arguments.of(segments().willReturn(ok("hello")), "The body of a stub must be JSON"),
            Arguments.of(segments().inScenario("x").willSetStateTo("y").willReturn(ok()), "stubs have no states"),
            Arguments.of(segments().willReturn(ok().withTransformers("t")), "responses are not templates"),
            Arguments.of(segments().willReturn(ok().proxiedFrom("http://x")), "nothing is forwarded"),
            Arguments.of(segments().persistent().willReturn(ok()), "stubs live in memory"),
            Arguments.of(segments().willReturn(ok().withLogNormalRandomDelay(1, 1)), "A delayDistribution is uniform")
        );
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aStubThatNoFaultCanBeIsRefused(MappingBuilder stub, String reason) throws Exception {
        ClientError error = assertThrows(ClientError.class, () -> stubFor(stub));
        assertTrue(error.getMessage().contains(reason), error.getMessage());
        assertEquals(200, call(SEGMENTS));
    }

    @Test
    void whatTheServerCannotDoIsRefusedInWords() {
        Stream.<Arguments>of(
            Arguments.of("Stubs live in memory", (Runnable) WireMock::saveAllMappings),
            Arguments.of("POST /__admin/faults", (Runnable) () -> setGlobalFixedDelay(10)),
            Arguments.of("equalToXml is not supported", (Runnable) () -> verify(postRequestedFor(anyUrl()).withRequestBody(equalToXml("<a/>")))),
            Arguments.of("Unknown stub", (Runnable) () -> getSingleStubMapping(UUID.randomUUID()))
        ).forEach(row -> {
            ClientError error = assertThrows(ClientError.class, () -> ((Runnable) row.get()[1]).run());
            assertTrue(error.getMessage().contains((String) row.get()[0]), error.getMessage());
        });
    }

    @Test
    void itManagesStubs() throws Exception {
        StubMapping stub = stubFor(get(urlPathEqualTo(GOLDEN)).willReturn(serviceUnavailable()));
        editStub(get(urlPathEqualTo(GOLDEN)).withId(stub.getId()).willReturn(serverError()));
        assertEquals(500, call(GOLDEN));
        assertEquals(1, listAllStubMappings().getMappings().size());
        removeStub(get(urlPathEqualTo(GOLDEN)).willReturn(serverError()));
        assertEquals(200, call(GOLDEN));
        stubFor(segments().withMetadata(Metadata.metadata().attr("suite", "x")).willReturn(serverError()));
        assertEquals(1, findStubsByMetadata(matchingJsonPath("$.suite", equalTo("x"))).size());
        importStubs(StubImport.stubImport().stub(get(urlPathEqualTo(GOLDEN)).willReturn(serverError())).ignoreExisting());
        assertEquals(500, call(SEGMENTS));
        assertEquals(500, call(GOLDEN));
        importStubs(
            StubImport.stubImport().stub(segments().willReturn(serviceUnavailable())).deleteAllExistingStubsNotInImport()
        );
        assertEquals(503, call(SEGMENTS));
        assertEquals(200, call(GOLDEN));
        resetToDefault();
        assertEquals(200, call(SEGMENTS));
    }
}
