package net.alexnet.server.service;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import module java.base;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Json;
import net.alexnet.server.Reply;
import net.alexnet.server.Router;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Attributes;

/// The addresses that people and the clients of other servers use: TorchServe's and DJL's `/predictions`, and version 1 of
/// KServe's and TensorFlow Serving's protocol.
final class SimpleEndpoints {
    private static final int TOP = 5;
    static final String PREDICT = ":predict";
    private static final String INSTANCES = "{\"instances\": [{\"b64\": …}]}";

    private final ServedModels models;
    private final Inference inference;
    private final ServiceSettings settings;
    private final ServiceMetrics metrics;

    SimpleEndpoints(ServedModels models, Inference inference, ServiceSettings settings, ServiceMetrics metrics) {
        this.models = models;
        this.inference = inference;
        this.settings = settings;
        this.metrics = metrics;
    }

    void addTo(Router.Builder router) {
        router.post("/predictions/{model}", V2Endpoints.counted(metrics, models, this::predictions))
                .on("PUT", "/predictions/{model}", V2Endpoints.counted(metrics, models, this::predictions)) // curl -T
                .publicGet("/", SimpleEndpoints::alive)
                .get("/v1/models/{model}", this::ready)
                .post("/v1/models/{model}", V2Endpoints.counted(metrics, models, this::predict));
    }

    // --- /predictions ----------------------------------------------------------------------------------------------

    /// The best classes of the picture in the body, or of each of a form's files. Other fields of a form are left out.
    private Reply predictions(Call call) throws Exception {
        try (ServedModels.Lease lease = models.lease(call.segment("model"), Optional.empty())) {
            List<String> labels = lease.model().card().classes();
            List<byte[]> files = call.type().equals("multipart/form-data") ? parts(call) : List.of(call.body());
            Map<String, Object> parameters = RequestChecks.ofAddress(call.query());
            int top = new RequestChecks(lease.model().card(), settings).top(parameters, Math.min(TOP, labels.size()));
            List<List<Map<String, Object>>> all = probabilities(call, lease, files, parameters).stream()
                    .map(row -> Inference.best(row, labels, top)).toList();
            return Reply.json(all.size() == 1 ? all.getFirst() : all);
        }
    }

    private List<float[]> probabilities(Call call, ServedModels.Lease lease, List<byte[]> files,
            Map<String, Object> parameters) throws HttpFailure, InterruptedException {
        RequestChecks checks = new RequestChecks(lease.model().card(), settings);
        InferRequest request = checks.simple(files, checks.views(parameters));
        return inference.run(lease, request, call.read(), call.memory()).outputs().getFirst().rows();
    }

    private static List<byte[]> parts(Call call) throws HttpFailure {
        MultiPartConfig inMemory = new MultiPartConfig.Builder().maxParts(RequestChecks.MOST_PICTURES).maxSize(-1)
                .maxPartSize(-1).maxMemoryPartSize(-1).build(); // the body is in memory, and has its limit
        try (MultiPartFormData.Parts parts = MultiPartFormData.getParts(
                Content.Source.from(ByteBuffer.wrap(call.body())),
                new Attributes.Mapped(), call.header("Content-Type").orElse(""), inMemory)) {
            List<byte[]> files = new ArrayList<>();
            for (MultiPart.Part part : parts) {
                if (part.getFileName() == null) {
                    continue; // a field that is no file
                }
                ByteBuffer content = Content.Source.asByteBuffer(part.createContentSource());
                byte[] file = new byte[content.remaining()];
                content.get(file);
                files.add(file);
            }
            return files;
        } catch (IOException | RuntimeException e) {
            if (Stream.iterate(e, Objects::nonNull, Throwable::getCause).limit(10)
                    .anyMatch(cause -> String.valueOf(cause.getMessage()).contains("too many"))) { // Jetty's words
                throw new HttpFailure(413, "a form may have " + RequestChecks.MOST_PICTURES + " parts, found more");
            }
            throw new HttpFailure(400, "the form is broken; expected the parts that its Content-Type announces");
        }
    }

    // --- /v1 -------------------------------------------------------------------------------------------------------

    /// KServe's probe of liveness. A person who comes here with a browser is told where to look.
    private static Reply alive(Call call) throws HttpFailure {
        if (call.header("Accept").orElse("").contains("text/html")) {
            throw ModelService.unknown();
        }
        return Reply.json(Map.of("status", "alive"));
    }

    private Reply ready(Call call) throws HttpFailure {
        try (ServedModels.Lease lease = models.lease(call.segment("model"), Optional.empty())) {
            return Reply.json(Map.of("name", lease.entry().name(), "ready", true));
        }
    }

    private Reply predict(Call call) throws Exception {
        String asked = call.segment("model");
        if (!asked.endsWith(PREDICT)) {
            throw new HttpFailure(404, "expected /v1/models/MODEL" + PREDICT);
        }
        try (ServedModels.Lease lease = models.lease(asked.substring(0, asked.length() - PREDICT.length()),
                Optional.empty())) {
            List<String> labels = lease.model().card().classes();
            List<float[]> rows = probabilities(call, lease, instances(call.body()), Map.of());
            return Reply.json(Map.of("predictions", rows.stream().map(row -> {
                Map<String, Object> one = new LinkedHashMap<>(Inference.best(row, labels, 1).getFirst());
                one.put("probabilities", row);
                return one;
            }).toList()));
        }
    }

    /// The pictures of `{"instances": [{"b64": …}]}`; each may also be a member of its instance, as in
    /// `{"image": {"b64": …}}`.
    private static List<byte[]> instances(byte[] body) throws HttpFailure {
        Optional<List<byte[]>> pictures = Optional.empty();
        try (JsonParser json = Json.factory().createParser(body)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    boolean wanted = json.currentName().equals("instances");
                    if (json.nextToken() == JsonToken.START_ARRAY && wanted) {
                        pictures = Optional.of(elements(json));
                    } else {
                        json.skipChildren();
                    }
                }
                if (json.nextToken() != null) {
                    throw new HttpFailure(400, "there is something after the JSON object");
                }
            }
        } catch (JsonProcessingException e) {
            throw new HttpFailure(400, "the body is not JSON with pictures in Base64, at byte "
                    + (e.getLocation() == null ? 0 : e.getLocation().getByteOffset()) + "; expected " + INSTANCES);
        } catch (IOException e) {
            throw new HttpFailure(400, "the body is not JSON in UTF-8");
        }
        return pictures.orElseThrow(() -> new HttpFailure(400, "there are no 'instances'; expected " + INSTANCES));
    }

    private static List<byte[]> elements(JsonParser json) throws IOException, HttpFailure {
        List<byte[]> pictures = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int index = pictures.size();
            if (index == RequestChecks.MOST_PICTURES) {
                throw new HttpFailure(413, "a request may have " + RequestChecks.MOST_PICTURES
                        + " pictures, found more");
            }
            int depth = 0;
            do {
                if (json.currentToken().isStructStart()) {
                    depth++;
                } else if (json.currentToken().isStructEnd()) {
                    depth--;
                } else if (json.currentToken() == JsonToken.VALUE_STRING && "b64".equals(json.currentName())) {
                    pictures.add(json.getBinaryValue());
                    requireOne(index, pictures.size() - index);
                }
            } while (depth > 0 && json.nextToken() != null);
            requireOne(index, pictures.size() - index);
        }
        return pictures;
    }

    private static void requireOne(int index, int found) throws HttpFailure {
        if (found != 1) {
            throw new HttpFailure(400, "instance " + index + " has " + (found == 0 ? "no" : "more than one")
                    + " picture; expected one, as in " + INSTANCES);
        }
    }
}
