package shop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/** Stands for your own code: it calls the Customer Segment Service, up to three times if the service is unavailable. */
public class SegmentClient {
    static final int MAX_ATTEMPTS = 3;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI segments;
    private final String token;
    private final Map<String, String> headers;

    public SegmentClient(URI api, String tenant, String token, Map<String, String> headers) {
        this.segments = api.resolve("/customer-segment/" + tenant + "/segments");
        this.token = token;
        this.headers = headers;
    }

    /** Returns all segments as JSON; IOException if the service does not answer with 200. */
    public String list() throws IOException, InterruptedException {
        return expect(200, send("GET", ""));
    }

    /** Deletes a segment, even if customers or items are in it. */
    public void delete(String id) throws IOException, InterruptedException {
        expect(204, send("DELETE", "/" + id + "?forceDelete=true"));
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(segments + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Authorization", "Bearer " + token);
        headers.forEach(request::header);
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        for (int attempt = 1; response.statusCode() == 503 && attempt < MAX_ATTEMPTS; attempt++) {
            response = http.send(request.build(), BodyHandlers.ofString());
        }
        return response;
    }

    private static String expect(int status, HttpResponse<String> response) throws IOException {
        if (response.statusCode() != status) {
            throw new IOException(response.uri() + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }
}
