package net.alexnet.server.service;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Views;
import net.alexnet.nn.Architecture;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Json;
import net.alexnet.server.service.InferRequest.Output;
import net.alexnet.server.service.InferRequest.Picture;

/// Checks a request against the model that it asks.
final class RequestChecks {
    /// The name of the input.
    static final String INPUT = "image";
    /// The name of the output with the probabilities of the classes.
    static final String PROBABILITIES = "probabilities";
    /// The name that stands for the last hidden layer.
    static final String FEATURES = "features";
    /// The most pictures of a request.
    static final int MOST_PICTURES = 64;
    /// The most outputs of a request: each layer is a forward pass of its own.
    private static final int MOST_OUTPUTS = 8;
    /// The parameters that an address may have.
    private static final List<String> OF_ADDRESS = List.of("views", "top");
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,18}");
    /// The most values of an answer: 64 MiB of JSON, or 16 MiB in binary form.
    private static final long MOST_VALUES = 4L << 20;

    private final ModelCard card;
    private final ServiceSettings settings;

    RequestChecks(ModelCard card, ServiceSettings settings) {
        this.card = card;
        this.settings = settings;
    }

    /// A request of the protocol.
    ///
    /// @throws HttpFailure of status 400, or 413 for too many pictures, or 501 for shared memory
    InferRequest check(WireRequest wire) throws HttpFailure {
        boolean binary = flag(wire.parameters(), "binary_data_output", false);
        Views views = views(wire.parameters());
        if (wire.outputs().size() > MOST_OUTPUTS) {
            throw new HttpFailure(413,
                    "a request may have " + MOST_OUTPUTS + " outputs, found " + wire.outputs().size());
        }
        List<Output> outputs = new ArrayList<>();
        for (WireRequest.Output output : wire.outputs().isEmpty()
                ? List.of(new WireRequest.Output(PROBABILITIES, Map.of()))
                : wire.outputs()) {
            outputs.add(output(output, binary));
        }
        int top = top(wire.parameters(), 0);
        if (top > 0) {
            requireTrained(Optional.empty());
        }
        return of(wire.id(), pictures(wire, views), views, outputs, top, time(wire));
    }

    /// A request for the probabilities of pictures in files.
    InferRequest simple(List<byte[]> files, Views views) throws HttpFailure {
        List<Picture> pictures = files.stream().<Picture>map(Picture.Encoded::new).toList();
        return of("", pictures, views, List.of(output(new WireRequest.Output(PROBABILITIES, Map.of()), false)), 0,
                settings.deadline());
    }

    private InferRequest of(String id, List<Picture> pictures, Views views, List<Output> outputs, int top,
            Duration time)
            throws HttpFailure {
        int most = Math.min(MOST_PICTURES, settings.queue());
        if (pictures.isEmpty()) {
            throw new HttpFailure(400, "the request has no picture");
        }
        if (pictures.size() > most) {
            throw new HttpFailure(413, "a request may have " + most + " pictures, found " + pictures.size());
        }
        long values = pictures.size() * outputs.stream()
                .mapToLong(output -> output.layer().map(FeatureLayer::length).orElse(card.classes().size())).sum();
        if (values > MOST_VALUES) {
            throw new HttpFailure(413,
                    "an answer may have " + MOST_VALUES + " values, and this one would have " + values
                            + "; send fewer pictures in a request");
        }
        return new InferRequest(id, pictures, views, outputs, top, time);
    }

    // --- parameters ------------------------------------------------------------------------------------------------

    /// The parameters behind the `?` of an address: numbers, and what is no number as the text that it is.
    ///
    /// @throws HttpFailure of status 400 if there is another than those that an address may have
    static Map<String, Object> ofAddress(Map<String, String> query) throws HttpFailure {
        Map<String, Object> parameters = new HashMap<>();
        for (Map.Entry<String, String> one : query.entrySet()) {
            if (!OF_ADDRESS.contains(one.getKey())) {
                throw new HttpFailure(400, "an address has no parameter '" + one.getKey() + "'; expected "
                        + String.join(" or ", OF_ADDRESS));
            }
            parameters.put(one.getKey(), INTEGER.matcher(one.getValue()).matches()
                    ? (Object) Long.valueOf(one.getValue())
                    : one.getValue());
        }
        return parameters;
    }

    /// The views that are asked for.
    Views views(Map<String, Object> parameters) throws HttpFailure {
        return BatchKey.views(number(parameters, "views", settings.views(), Set.of(1, 10)::contains, "1 or 10"));
    }

    /// How many classes are asked for.
    int top(Map<String, Object> parameters, int otherwise) throws HttpFailure {
        int classes = card.classes().size();
        return number(parameters, "top", otherwise, k -> k >= 1 && k <= classes, "1 to " + classes);
    }

    private Duration time(WireRequest wire) throws HttpFailure {
        long most = settings.deadline().toNanos() / 1000;
        long micros = whole(wire.parameters(), "timeout", 0, t -> t >= 0, "microseconds, at least 0");
        return micros == 0 ? settings.deadline() : Duration.ofNanos(1000 * Math.min(most, micros));
    }

    private static int number(Map<String, Object> parameters, String name, int otherwise, IntPredicate allowed,
            String expected) throws HttpFailure {
        return (int) whole(parameters, name, otherwise, value -> value == (int) value && allowed.test((int) value),
                expected);
    }

    private static long whole(Map<String, Object> parameters, String name, long otherwise, LongPredicate allowed,
            String expected) throws HttpFailure {
        Object value = parameters.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Number number)) {
            throw new HttpFailure(400, "the parameter '" + name + "' must be a number, " + expected + ", found "
                    + (value instanceof String ? "the text " + Json.text(value) : value));
        }
        if (number.longValue() != number.doubleValue() || !allowed.test(number.longValue())) {
            throw new HttpFailure(400, "the parameter '" + name + "' must be " + expected + ", found " + value);
        }
        return number.longValue();
    }

    private static boolean flag(Map<String, Object> parameters, String name, boolean otherwise) throws HttpFailure {
        Object value = parameters.getOrDefault(name, otherwise);
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw new HttpFailure(400, "the parameter '" + name + "' must be true or false, found " + value);
    }

    private static void refuseSharedMemory(Map<String, Object> parameters) throws HttpFailure {
        if (parameters.containsKey("shared_memory_region")) {
            throw new HttpFailure(501, "tensors in shared memory are not supported; send them in the request");
        }
    }

    // --- outputs ---------------------------------------------------------------------------------------------------

    private Output output(WireRequest.Output wanted, boolean binary) throws HttpFailure {
        refuseSharedMemory(wanted.parameters());
        Optional<FeatureLayer> layer = layer(wanted.name());
        requireTrained(layer);
        int classes = card.classes().size();
        int k = number(wanted.parameters(), "classification", 0,
                count -> count >= 0 && count <= classes && layer.isEmpty(),
                layer.isPresent() ? "absent for a layer" : "0 to " + classes + ", the model's classes");
        return new Output(wanted.name(), layer, flag(wanted.parameters(), "binary_data", binary), k);
    }

    private void requireTrained(Optional<FeatureLayer> layer) throws HttpFailure {
        try {
            card.requireTrained(layer.isPresent()
                    ? layer.get().end()
                    : card.network().architecture().rows().size());
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, String.valueOf(e.getMessage()));
        }
    }

    private Optional<FeatureLayer> layer(String name) throws HttpFailure {
        if (name.equals(PROBABILITIES)) {
            return Optional.empty();
        }
        Architecture architecture = card.network().architecture();
        if (name.equals(FEATURES)) {
            return Optional.of(FeatureLayer.lastHidden(architecture));
        }
        try {
            return Optional.of(FeatureLayer.of(architecture, name));
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(400, "there is no output '" + name + "'; expected '" + PROBABILITIES + "', '"
                    + FEATURES + "' or a layer: " + e.getMessage());
        }
    }

    // --- pictures --------------------------------------------------------------------------------------------------

    private List<Picture> pictures(WireRequest wire, Views views) throws HttpFailure {
        if (wire.inputs().size() != 1) {
            throw new HttpFailure(400, "expected one input, '" + INPUT + "', found " + wire.inputs().size());
        }
        WireRequest.Input input = wire.inputs().getFirst();
        refuseSharedMemory(input.parameters());
        if (!input.name().equals(INPUT)) {
            throw new HttpFailure(400, "there is no input '" + input.name() + "'; expected '" + INPUT + "'");
        }
        WireRequest.Data data = input.data().orElseThrow(() -> new HttpFailure(400,
                "the input '" + INPUT + "' has no data"));
        return switch (input.datatype()) {
            case "BYTES" -> encoded(input, data);
            case "UINT8" -> pixels(input, data, views);
            default -> throw new HttpFailure(400, "the input '" + INPUT + "' must be BYTES, picture files, or UINT8,"
                    + " pixels; found " + input.datatype());
        };
    }

    private static List<Picture> encoded(WireRequest.Input input, WireRequest.Data data) throws HttpFailure {
        List<Long> shape = input.shape();
        if (shape.isEmpty() || shape.size() > 2 || (shape.size() == 2 && shape.get(1) != 1)) {
            throw shape(input, "[N] or [N, 1]");
        }
        List<byte[]> elements = switch (data) {
            case WireRequest.Data.Elements given -> given.elements();
            case WireRequest.Data.Raw raw -> elements(raw.bytes());
            case WireRequest.Data.Numbers _ -> throw new HttpFailure(400,
                    "the data of a BYTES input must be texts in Base64, found numbers");
        };
        if (elements.size() != shape.getFirst()) {
            throw new HttpFailure(400, "the shape says " + shape.getFirst() + " pictures, and the data has "
                    + elements.size());
        }
        return elements.stream().<Picture>map(Picture.Encoded::new).toList();
    }

    /// The elements of BYTES in binary form.
    static List<byte[]> elements(byte[] raw) throws HttpFailure {
        List<byte[]> elements = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            int length = bytes.remaining() >= 4 ? bytes.getInt() : -1;
            if (length < 0 || length > bytes.remaining()) {
                throw new HttpFailure(400, "the binary data of BYTES must have the length of each element before it, in"
                        + " four bytes; element " + elements.size() + " does not");
            }
            byte[] element = new byte[length];
            bytes.get(element);
            elements.add(element);
            if (elements.size() > MOST_PICTURES) {
                throw new HttpFailure(413, "a request may have " + MOST_PICTURES + " pictures, found more");
            }
        }
        return elements;
    }

    private List<Picture> pixels(WireRequest.Input input, WireRequest.Data data, Views views) throws HttpFailure {
        Preprocessing preprocessing = card.preprocessing();
        int channels = preprocessing.channels();
        List<Long> shape = input.shape();
        boolean whole = isOfSide(shape, preprocessing.resize(), channels);
        boolean cropped = isOfSide(shape, preprocessing.crop(), channels) && views == Views.CENTER;
        if (!whole && !cropped) {
            throw shape(input, shapes(preprocessing, views));
        }
        if (shape.getFirst() > MOST_PICTURES) {
            throw new HttpFailure(413, "a request may have " + MOST_PICTURES + " pictures, found " + shape.getFirst());
        }
        byte[] samples = switch (data) {
            case WireRequest.Data.Numbers given -> given.numbers();
            case WireRequest.Data.Raw raw -> raw.bytes();
            case WireRequest.Data.Elements _ -> throw new HttpFailure(400,
                    "the data of a UINT8 input must be numbers of 0 to 255, found texts");
        };
        int side = Math.toIntExact(shape.get(1));
        int length = side * side * channels;
        if (samples.length != shape.getFirst() * length) {
            throw new HttpFailure(400, "the shape " + shape + " has " + shape.getFirst() * length
                    + " values, and the data has " + samples.length);
        }
        List<Picture> pictures = new ArrayList<>();
        for (int at = 0; at < samples.length; at += length) {
            Image image = new Image(side, side, channels, Arrays.copyOfRange(samples, at, at + length));
            pictures.add(new Picture.Pixels(whole ? image : framed(image, preprocessing.resize())));
        }
        return pictures;
    }

    private static boolean isOfSide(List<Long> shape, int side, int channels) {
        return shape.size() == 4 && shape.get(0) >= 1 && shape.get(1) == side && shape.get(2) == side
                && shape.get(3) == channels;
    }

    private static String shapes(Preprocessing preprocessing, Views views) {
        String form = "[N, %1$d, %1$d, " + preprocessing.channels() + "]";
        String whole = form.formatted(preprocessing.resize());
        return views == Views.CENTER && preprocessing.crop() != preprocessing.resize()
                ? form.formatted(preprocessing.crop()) + ", the network's own size, or " + whole
                : whole;
    }

    /// The picture in the middle of a larger one, from which the center view cuts it again.
    private static Image framed(Image image, int side) {
        int channels = image.channels();
        int border = (side - image.width()) / 2;
        byte[] samples = new byte[side * side * channels];
        for (int y = 0; y < image.height(); y++) {
            System.arraycopy(image.samples(), y * image.width() * channels, samples,
                    ((y + border) * side + border) * channels, image.width() * channels);
        }
        return new Image(side, side, channels, samples);
    }

    private static HttpFailure shape(WireRequest.Input input, String expected) {
        return new HttpFailure(400, "the shape of a " + input.datatype() + " input must be " + expected + ", found "
                + input.shape());
    }
}
