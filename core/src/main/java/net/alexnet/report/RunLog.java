package net.alexnet.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;

/// What a run's `log.jsonl` says.
///
/// @param linear the linear classifier that a fine-tuned run began with
/// @param test the last test of the finished run
/// @param diverged why the run ended, if its loss became NaN or infinite; it is the last of the warnings, too
public record RunLog(List<Step> steps, List<Epoch> epochs, List<Warning> warnings, Optional<Linear> linear,
        Optional<TestLine> test, Optional<Warning> diverged) {
    private static final JsonMapper JSON = new JsonMapper();
    static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    /// Values of one training step. Each is not a number where the line lacks it.
    public record Step(long step, double loss, double learningRate, double imagesPerSecond, double waitShare) {}

    /// Values of a whole epoch.
    ///
    /// @param step the last of the epoch
    /// @param trainingTop1 the top-1 error on the training batches, a fraction
    public record Epoch(long step, int epoch, double loss, OptionalDouble trainingTop1, double learningRate,
            Optional<Errors> validation, List<Layer> layers, double seconds) {}

    /// Errors on pictures that were not trained on, as fractions.
    public record Errors(long images, double loss, double top1, double top5) {
        /// Whether the top-5 error is above 0. With five classes or fewer it is always 0, which says nothing.
        public boolean hasTop5() {
            return top5 > 0;
        }
    }

    /// A layer with weights at the end of an epoch.
    ///
    /// @param weight the mean absolute value of a weight
    /// @param update the mean absolute value of the last update of a weight
    /// @param dead the share of units that were 0 for a whole batch
    public record Layer(String name, double weight, double update, OptionalDouble dead) {
        /// The update as a share of the weight.
        public double ratio() {
            return update / weight;
        }
    }

    /// What the run warned of after a step.
    public record Warning(long step, String text) {}

    /// The linear classifier of a fine-tuned run.
    ///
    /// @param outOfFold its top-1 error on training pictures by cross-validation, a fraction
    public record Linear(double outOfFold, Optional<Errors> validation) {}

    /// The errors on test pictures.
    ///
    /// @param data names the pictures
    public record TestLine(String data, Errors errors) {}

    /// Reads a log. A file that is not there is an empty log, and lines of unknown kinds are skipped. Of two lines for one
    /// epoch, which a crash may leave, the later one counts.
    ///
    /// @throws IOException if it cannot be read
    public static RunLog read(Path file) throws IOException {
        GrowingLog log = new GrowingLog(file);
        log.read();
        return log.withLastLine();
    }

    /// Takes the lines of a log one after the other. Used by one thread at a time.
    static final class Collector {
        private final List<Step> steps = new ArrayList<>();
        private final SortedMap<Integer, Epoch> epochs = new TreeMap<>();
        private final List<Warning> warnings = new ArrayList<>();
        private Optional<Linear> linear = Optional.empty();
        private Optional<TestLine> test = Optional.empty();
        private Optional<Warning> diverged = Optional.empty();

        /// Adds a line. One of an unknown kind, or an incomplete one, which a crash may leave, is skipped.
        void add(byte[] line) {
            add(line, 0, line.length);
        }

        /// Adds a line that is a part of an array.
        void add(byte[] bytes, int offset, int length) {
            Optional<Step> step = StepLine.parse(bytes, offset, length);
            if (step.isPresent()) {
                steps.add(step.get());
            } else {
                other(parsed(bytes, offset, length));
            }
        }

        private void other(JsonNode read) {
            switch (read.path("kind").asText()) {
                case "epoch" -> epochs.put(read.path("epoch").asInt(), epoch(read));
                case "warning" -> warnings.add(warning(read));
                case "diverged" -> {
                    warnings.add(warning(read));
                    diverged = Optional.of(warning(read));
                }
                case "linear" -> linear = Optional.of(new Linear(number(read, "out_of_fold_top1_error"),
                        errors(read, "validation_")));
                case "test" -> test = errors(read, "test_")
                        .map(errors -> new TestLine(read.path("data").asText(), errors));
                default -> {}
            }
        }

        /// What the lines so far say.
        RunLog log() {
            return new RunLog(List.copyOf(steps), List.copyOf(epochs.values()), List.copyOf(warnings), linear, test,
                    diverged);
        }
    }

    private static Warning warning(JsonNode line) {
        return new Warning(line.path("step").asLong(), line.path("text").asText());
    }

    private static JsonNode parsed(byte[] bytes, int offset, int length) {
        try {
            return JSON.readTree(bytes, offset, length);
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }

    private static Epoch epoch(JsonNode line) {
        List<Layer> layers = new ArrayList<>();
        line.path("layers").forEach(one -> layers.add(new Layer(one.path("layer").asText(), number(one, "weight"),
                number(one, "update"), optional(one, "dead"))));
        return new Epoch(line.path("step").asLong(), line.path("epoch").asInt(), number(line, "loss"),
                optional(line, "training_top1_error"), number(line, "learning_rate"), errors(line, "validation_"),
                List.copyOf(layers), number(line, "seconds"));
    }

    /// @param prefix of the names of the count and the loss
    private static Optional<Errors> errors(JsonNode line, String prefix) {
        return line.path("top1_error").isNumber() && line.path(prefix + "n").isIntegralNumber()
                ? Optional.of(new Errors(line.path(prefix + "n").asLong(), number(line, prefix + "loss"),
                        number(line, "top1_error"), number(line, "top5_error")))
                : Optional.empty();
    }

    private static OptionalDouble optional(JsonNode line, String name) {
        double value = number(line, name);
        return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static double number(JsonNode line, String name) {
        JsonNode value = line.path(name);
        return value.isNumber() || NOT_FINITE.contains(value.asText())
                ? Double.parseDouble(value.asText())
                : Double.NaN;
    }
}
