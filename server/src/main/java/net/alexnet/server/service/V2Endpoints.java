package net.alexnet.server.service;

import module java.base;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.ModelCard;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.server.Call;
import net.alexnet.server.Endpoint;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Json;
import net.alexnet.server.Reply;
import net.alexnet.server.Router;
import net.alexnet.server.service.ModelMetadata.TensorMetadata;

/// The addresses of the Open Inference Protocol, version 2, with Triton's extensions for binary data, classification,
/// configuration and statistics.
final class V2Endpoints {
    static final String PLATFORM = "alexnet_safetensors";
    static final List<String> EXTENSIONS = List.of("binary_tensor_data", "classification", "statistics",
            "model_configuration", "model_repository", "parameters");
    private static final String MODEL = "/v2/models/{model}";
    private static final String VERSION = MODEL + "/versions/{version}";
    private static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private final ServedModels models;
    private final Inference inference;
    private final ServiceSettings settings;
    private final ServiceMetrics metrics;

    V2Endpoints(ServedModels models, Inference inference, ServiceSettings settings, ServiceMetrics metrics) {
        this.models = models;
        this.inference = inference;
        this.settings = settings;
        this.metrics = metrics;
    }

    void addTo(Router.Builder router) {
        router.get("/v2", _ -> Reply.json(server()))
                .publicGet("/v2/health/live", _ -> Reply.json(Map.of("live", true)))
                .publicGet("/v2/health/ready", _ -> Reply.json(models.isReady() ? 200 : 503,
                        models.isReady()
                                ? Map.of("ready", true, "live", true)
                                : Map.of("ready", false, "live", true, "error",
                                        "models are being loaded, or the server stops")))
                .get("/v2/models",
                        _ -> Reply.json(Map.of("models", models.all().stream().map(ServedModels.Entry::name).toList())))
                .get("/v2/models/stats", _ -> statistics(models.all()))
                .post("/v2/repository/index", _ -> Reply.json(index()))
                .post("/v2/repository/models/{model}/load", V2Endpoints::unchangeable)
                .post("/v2/repository/models/{model}/unload", V2Endpoints::unchangeable);
        for (String kind : List.of("systemsharedmemory", "cudasharedmemory")) {
            router.get("/v2/" + kind + "/status", V2Endpoints::noSharedMemory)
                    .get("/v2/" + kind + "/region/{region}/status", V2Endpoints::noSharedMemory)
                    .post("/v2/" + kind + "/region/{region}/register", V2Endpoints::noSharedMemory)
                    .post("/v2/" + kind + "/region/{region}/unregister", V2Endpoints::noSharedMemory)
                    .post("/v2/" + kind + "/unregister", V2Endpoints::noSharedMemory);
        }
        for (String path : List.of(MODEL, VERSION)) {
            router.get(path, call -> withModel(call, lease -> Reply.json(metadata(lease))))
                    .get(path + "/ready", call -> withModel(call,
                            lease -> Reply.json(Map.of("name", lease.entry().name(), "ready", true))))
                    .get(path + "/config", call -> withModel(call, lease -> Reply.json(config(lease))))
                    .get(path + "/stats", call -> withModel(call, lease -> statistics(List.of(lease.entry()))))
                    .post(path + "/infer", counted(metrics, models, this::infer));
        }
    }

    private static Reply unchangeable(Call call) throws HttpFailure {
        throw new HttpFailure(405, "models cannot be loaded or unloaded by requests; replace the file of '"
                + call.segment("model") + "' instead", Map.of("Allow", ""));
    }

    private static Reply noSharedMemory(Call call) throws HttpFailure {
        throw new HttpFailure(501, "tensors in shared memory are not supported; send them in the request");
    }

    private interface WithModel {
        Reply answer(ServedModels.Lease lease) throws Exception;
    }

    private Reply withModel(Call call, WithModel answer) throws Exception {
        try (ServedModels.Lease lease = models.lease(call.segment("model"),
                Optional.ofNullable(call.segments().get("version")))) {
            return answer.answer(lease);
        }
    }

    /// Counts the answers of an endpoint by model and code, whatever they are.
    static Endpoint counted(ServiceMetrics metrics, ServedModels models, Endpoint endpoint) {
        return call -> {
            String asked = call.segments().getOrDefault("model", "").replaceFirst(SimpleEndpoints.PREDICT + "$", "");
            return metrics.counted(models.known(asked), ServedModels.VERSION, () -> endpoint.answer(call));
        };
    }

    // --- inference -------------------------------------------------------------------------------------------------

    private Reply infer(Call call) throws Exception {
        return withModel(call, lease -> {
            RequestChecks checks = new RequestChecks(lease.model().card(), settings);
            return V2Reply
                    .of(inference.run(lease, checks.check(withAddress(read(call), call)), call.read(), call.memory()));
        });
    }

    /// A request with the parameters of its address among its own.
    private static WireRequest withAddress(WireRequest request, Call call) throws HttpFailure {
        Map<String, Object> parameters = new HashMap<>(request.parameters());
        for (Map.Entry<String, Object> one : RequestChecks.ofAddress(call.query()).entrySet()) {
            if (parameters.put(one.getKey(), one.getValue()) != null) {
                throw new HttpFailure(400, "the parameter '" + one.getKey()
                        + "' is in the address and in the body; leave one of them out");
            }
        }
        return new WireRequest(request.id(), parameters, request.inputs(), request.outputs());
    }

    private static WireRequest read(Call call) throws HttpFailure {
        byte[] body = call.body();
        Optional<String> header = call.header(JSON_LENGTH);
        if (header.isPresent()) {
            int json = length(header.get(), body.length);
            return json == 0 ? picture(withoutLength(body)) : V2Reader.read(body, json);
        }
        String type = call.type();
        if (type.startsWith("image/")) {
            return picture(body);
        }
        if (type.isEmpty() || type.equals("application/json") || type.equals("application/octet-stream")) {
            return V2Reader.read(body, body.length);
        }
        throw new HttpFailure(415, "the Content-Type " + type
                + " is not known here; send application/json, image/jpeg or another picture, or the header "
                + JSON_LENGTH);
    }

    private static int length(String text, int most) throws HttpFailure {
        try {
            int length = Integer.parseInt(text.strip());
            if (length >= 0 && length <= most) {
                return length;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new HttpFailure(400, JSON_LENGTH + " must be 0 to the length of the body, " + most + ", found " + text);
    }

    /// A picture that was sent without JSON.
    private static WireRequest picture(byte[] file) {
        return new WireRequest("", Map.of(), List.of(new WireRequest.Input(RequestChecks.INPUT, "BYTES", List.of(1L),
                Map.of(), Optional.of(new WireRequest.Data.Elements(List.of(file))))), List.of());
    }

    /// Some clients put the length before the only element, too. No picture file begins with its own length.
    private static byte[] withoutLength(byte[] body) {
        return body.length > 4 && ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).getInt() == body.length - 4
                ? Arrays.copyOfRange(body, 4, body.length)
                : body;
    }

    // --- descriptions ----------------------------------------------------------------------------------------------

    private Map<String, Object> server() {
        Map<String, Object> server = new LinkedHashMap<>();
        server.put("name", "alexnet");
        server.put("version", settings.version());
        server.put("extensions", EXTENSIONS);
        return server;
    }

    static ModelMetadata metadata(ServedModels.Lease lease) {
        return new ModelMetadata(lease.entry().name(), List.of(ServedModels.VERSION), PLATFORM,
                List.of(new TensorMetadata(RequestChecks.INPUT, "BYTES", List.of(-1L))),
                List.of(new TensorMetadata(RequestChecks.PROBABILITIES, "FP32",
                        List.of(-1L, (long) lease.model().card().classes().size()))),
                properties(lease.model()));
    }

    private static Map<String, String> properties(LoadedModel model) {
        ModelCard card = model.card();
        Preprocessing preprocessing = card.preprocessing();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("labels", Json.text(card.classes()));
        properties.put("preprocessing", card.pictures());
        properties.put("input",
                "picture files; in JSON, each in Base64. Or UINT8 pixels, [N, " + preprocessing.crop() + ", "
                        + preprocessing.crop() + ", " + preprocessing.channels() + "]");
        properties.put("features", Json.text(Stream.concat(Stream.of(RequestChecks.FEATURES, FeatureLayer.PIXELS),
                card.network().architecture().rows().stream().map(Row::name)).toList()));
        properties.put("origin", card.origin());
        properties.put("sha256", model.sha256());
        return properties;
    }

    private Map<String, Object> config(ServedModels.Lease lease) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", lease.entry().name());
        config.put("platform", PLATFORM);
        config.put("max_batch_size", settings.maxPictures());
        config.put("input", List.of(Map.of("name", RequestChecks.INPUT, "data_type", "TYPE_STRING", "format",
                "FORMAT_NONE", "dims", List.of(1))));
        config.put("output", List.of(Map.of("name", RequestChecks.PROBABILITIES, "data_type", "TYPE_FP32", "dims",
                List.of(lease.model().card().classes().size()))));
        config.put("dynamic_batching", Map.of("max_queue_delay_microseconds", settings.maxDelay().toNanos() / 1000));
        return config;
    }

    private static Reply statistics(Collection<ServedModels.Entry> entries) {
        return Reply.json(Map.of("model_stats", entries.stream()
                .map(entry -> entry.statistics().json(entry.name(), ServedModels.VERSION)).toList()));
    }

    private List<Map<String, String>> index() {
        return models.all().stream().map(entry -> {
            Map<String, String> one = new LinkedHashMap<>();
            one.put("name", entry.name());
            one.put("version", ServedModels.VERSION);
            one.put("state", entry.isReady() ? "READY" : "LOADING");
            one.put("reason", "");
            return one;
        }).toList();
    }
}
