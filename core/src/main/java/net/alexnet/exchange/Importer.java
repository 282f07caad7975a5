package net.alexnet.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import net.alexnet.exchange.ImportOptions.Source;
import net.alexnet.exchange.Imported.LayerOrigin;
import net.alexnet.files.Hashes;
import net.alexnet.image.Preprocessing;
import net.alexnet.model.ImageNet;
import net.alexnet.model.Model;
import net.alexnet.model.ModelCard;
import net.alexnet.model.Provenance;
import net.alexnet.net.AlexNet;
import net.alexnet.net.AlexNet.Table;
import net.alexnet.net.Architecture;
import net.alexnet.net.Architecture.Row;
import net.alexnet.net.Layer.DropoutScaling;
import net.alexnet.tensor.Shape;
import net.alexnet.weights.Entry;
import net.alexnet.weights.Shown;
import net.alexnet.weights.WeightFile;
import net.alexnet.weights.WeightFileException;
import net.alexnet.weights.any.AnyWeights;
import net.alexnet.weights.onnx.OnnxFile;

/// Makes a model of a file of weights: tells its tensors by a [Dialect]'s names, its network by their shapes, and writes down
/// what a consumer must know.
public final class Importer {
    private final WeightFile file;
    private final ImportOptions options;
    private final ForeignTensors tensors;
    private final Optional<ModelCard> stated;

    private Importer(WeightFile file, ImportOptions options) throws WeightFileException {
        this.file = seen(file);
        this.options = options;
        this.tensors = new ForeignTensors(this.file, options.dialect());
        this.stated = Model.cardOf(file);
    }

    /// Opens a file of weights of any format that is known.
    ///
    /// @throws WeightFileException if it cannot be read, is of no known format, or is damaged
    public static WeightFile open(Path file) throws WeightFileException {
        return AnyWeights.open(file);
    }

    private static WeightFile seen(WeightFile file) throws WeightFileException {
        return file instanceof OnnxFile graph ? new GraphWeights(graph) : file;
    }

    /// Whose names a file's tensors have: what the file says of itself, else the only dialect whose names they are.
    ///
    /// @throws ChoiceException if they are nobody's that is known, or several dialects'
    /// @throws WeightFileException if what the file says of itself is damaged or contradicts itself
    public static Dialect dialect(WeightFile file) throws WeightFileException {
        Optional<Dialect> stated = statedDialect(file);
        if (stated.isPresent()) {
            return stated.get();
        }
        List<Dialect> fitting = Dialect.of(seen(file).names());
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        throw new ChoiceException(fitting.isEmpty()
                ? "the tensors' names are nobody's that is known: " + Shown.few(file.names())
                        + ". Say whose they should be with --net " + keys(Arrays.asList(Dialect.values()), "|")
                : "the tensors' names do not tell whose they are; say --net " + keys(fitting, " or --net "));
    }

    private static String keys(List<Dialect> dialects, String between) {
        return dialects.stream().map(Dialect::key).collect(Collectors.joining(between));
    }

    /// A model file has our own names; one that was exported says whose it has, and in which order `conv1` reads colours.
    private static Optional<Dialect> statedDialect(WeightFile file) throws WeightFileException {
        Map<String, String> metadata = file.metadata();
        if (Model.isModel(metadata)) {
            return Optional.of(Dialect.PAPER);
        }
        String key = metadata.get(Exporter.DIALECT);
        if (key == null || Model.cardOf(file).isEmpty()) {
            return Optional.empty();
        }
        Dialect dialect = Dialect.of(key).orElseThrow(() -> new WeightFileException(file.path(),
                "its metadata says that its names are those of '" + key + "', which is not known; known are "
                        + keys(Arrays.asList(Dialect.values()), ", ")));
        String colours = metadata.getOrDefault(Model.COLOUR_ORDER, dialect.colourOrder());
        if (!colours.equals(dialect.colourOrder())) {
            throw new WeightFileException(file.path(), "its metadata contradicts itself: its colours are to be in the"
                    + " order '" + colours + "', but those of " + key + " are " + dialect.colourOrder());
        }
        return Optional.of(dialect);
    }

    /// What the file says of itself cannot be overruled: by other names, `conv1` could be turned round, or not, without a
    /// sign of it.
    private void requireAgrees() throws WeightFileException {
        Optional<Dialect> said = statedDialect(file);
        if (said.isPresent() && said.get() != options.dialect()) {
            throw new ChoiceException(
                    file.path() + " says of itself that its names and its order of colours are those of "
                            + said.get().key() + ", not of " + options.dialect().key() + "; leave --net away");
        }
        Optional<DropoutScaling> dropout = stated.map(card -> card.network().dropoutScaling());
        if (dropout.isPresent() && options.dropout().isPresent() && !options.dropout().equals(dropout)) {
            throw new ChoiceException(
                    file.path() + " says of itself how it was trained with dropout, and otherwise; leave"
                            + " --dropout away");
        }
        Optional<Table> table = stated.map(card -> card.network().table());
        if (table.isPresent() && options.table().isPresent() && !options.table().equals(table)) {
            throw new ChoiceException(
                    file.path() + " says of itself that it holds the table " + Tables.spelled(table.get())
                            + ", not " + Tables.spelled(options.table().get()) + "; leave --table away");
        }
    }

    /// Understands a file.
    ///
    /// @param file must stay open until the result is written
    /// @throws WeightFileException if tensors are missing, left over or of other shapes; the message has all of them
    /// @throws ChoiceException if something must be said that neither the file nor its dialect says
    /// @throws IOException if the file cannot be read
    public static Imported read(WeightFile file, ImportOptions options) throws IOException {
        return new Importer(file, options).read();
    }

    /// No array holds more, and no layer of an AlexNet at any sensible input comes near it.
    private void requireHolds(Architecture architecture) throws WeightFileException {
        for (Row row : NetworkFit.weighted(architecture).toList()) {
            if (row.weightShape().elements() > Integer.MAX_VALUE - 8) {
                throw new WeightFileException(file.path(), "is to be a network with an input of "
                        + architecture.input() + ", whose " + row.name() + " would have " + row.weightShape()
                        + " weights, more than 2^31; name another input with --crop");
            }
        }
    }

    private Imported read() throws IOException {
        requireAgrees();
        AlexNet network = network();
        Architecture architecture = architecture(network);
        requireHolds(architecture);
        requireFits(architecture);
        if (file instanceof GraphWeights weights && stated.isEmpty()) { // ours says which network it computes
            GraphCheck.require(weights.graph(), options.dialect(), architecture, options.only());
        }
        CardChoice choice = new CardChoice(options, stated);
        ClassList classes = choice.classes(network.classes());
        Preprocessing preprocessing = choice.preprocessing(network);
        ModelCard card = new ModelCard(network, classes.names(), preprocessing, origin(), classes.wnids(),
                views(network), Optional.of(provenance()));
        List<Entry> entries = new ArrayList<>();
        List<LayerOrigin> layers = new ArrayList<>();
        NetworkFit.weighted(architecture).forEach(row -> {
            boolean taken = options.only().takes(row.name());
            for (boolean bias : new boolean[] {false, true}) {
                String name = name(row, bias);
                entries.add(taken
                        ? tensors.entry(name, shape(row, bias))
                        : new Entry(name, shape(row, bias), () -> network.initialization()
                                .segment(architecture, row, bias, options.seed())));
            }
            layers.add(new LayerOrigin(row.name(), row.weightShape(),
                    taken ? Optional.of(options.dialect().theirs(name(row, false))) : Optional.empty()));
        });
        return new Imported(card, entries, layers);
    }

    private static String name(Row row, boolean bias) {
        return row.name() + (bias ? ".bias" : ".weight");
    }

    private static Shape shape(Row row, boolean bias) {
        return bias ? Shape.of(row.weightShape().dim(0)) : row.weightShape();
    }

    // --- which network ---------------------------------------------------------------------------------------------

    private AlexNet network() throws WeightFileException {
        Optional<Integer> classes = options.classes().filter(_ -> !options.only().takes("fc8"))
                .map(list -> list.names().size());
        AlexNet fitted = fitted(classes, options.pictures().crop());
        return options.dropout().map(fitted::withDropoutScaling).orElse(fitted);
    }

    private AlexNet fitted(Optional<Integer> classes, Optional<Integer> input) throws WeightFileException {
        if (stated.isPresent() && options.table().isEmpty()) {
            AlexNet own = stated.get().network();
            AlexNet sized = own.withSize(input.orElse(own.input()), own.channels(), own.width());
            return classes.isPresent() ? sized.withClasses(classes.get()) : sized;
        }
        return new NetworkFit(tensors)
                .network(options.table().orElse(options.dialect().table()), classes, input);
    }

    private Architecture architecture(AlexNet network) throws WeightFileException {
        try {
            return network.architecture();
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(file.path(), "its tensors give no network: " + e.getMessage(), e);
        }
    }

    /// Every tensor that is not as it must be, in one message: who has to find out which file this is needs all of them.
    private void requireFits(Architecture architecture) throws WeightFileException {
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        for (Row row : NetworkFit.weighted(architecture).toList()) {
            for (boolean bias : new boolean[] {false, true}) {
                String name = name(row, bias);
                Shape expected = shape(row, bias);
                if (!options.only().takes(name)) {
                    continue;
                }
                if (!tensors.has(name)) {
                    missing.add(options.dialect().theirs(name) + " (" + expected + ")");
                } else if (!tensors.shape(name).equals(expected)) {
                    misshapen.add(options.dialect().theirs(name) + " (must be " + expected + ", found "
                            + file.shape(options.dialect().theirs(name)) + ")");
                }
            }
        }
        List<String> leftOver = new ArrayList<>();
        for (String name : file.names()) {
            if (options.dialect().ours(name).isEmpty() && !(stated.isPresent() && name.equals(Model.MEAN_IMAGE))) {
                leftOver.add(name + " (" + file.shape(name) + ")");
            }
        }
        if (!missing.isEmpty() || !leftOver.isEmpty() || !misshapen.isEmpty()) {
            throw new WeightFileException(file.path(), "its tensors are not those of " + options.dialect().key()
                    + " (table " + architecture.name() + ")" + listed("missing", missing)
                    + listed("left over", leftOver) + listed("misshapen", misshapen) + hint());
        }
    }

    private static String listed(String what, List<String> tensors) {
        return tensors.isEmpty() ? "" : "; " + what + ": " + Shown.few(tensors);
    }

    private String hint() {
        List<String> others = Dialect.of(file.names()).stream().filter(dialect -> dialect != options.dialect())
                .map(Dialect::key).toList();
        return others.isEmpty() || Dialect.of(file.names()).contains(options.dialect())
                ? ""
                : ". The names are those of --net " + String.join(" or ", others);
    }

    // --- what the card says besides ----------------------------------------------------------------------------------

    private String origin() {
        String text = "imported from " + file.path().getFileName() + " (" + options.dialect().key() + ")";
        List<String> taken = options.dialect().parameters().stream().filter(name -> name.endsWith(".weight"))
                .map(name -> name.substring(0, name.indexOf('.'))).filter(options.only()::takes).toList();
        return taken.size() == options.dialect().parameters().size() / 2
                ? text
                : text + ": " + String.join(", ", taken) + "; the rest initialised with seed " + options.seed();
    }

    private Optional<Integer> views(AlexNet network) {
        boolean whole = options.only().equals(LayerChoice.ALL) && network.classes() == ImageNet.CLASSES;
        return options.source().views()
                .or(() -> stated.filter(_ -> whole).flatMap(ModelCard::views))
                .or(() -> options.dialect().conventions().filter(_ -> whole && stated.isEmpty())
                        .map(Dialect.Conventions::views));
    }

    private Provenance provenance() throws IOException {
        Source source = options.source();
        Optional<Provenance> before = stated.flatMap(ModelCard::provenance);
        return new Provenance(
                String.valueOf(file.path().getFileName()),
                Hashes.hex(file.path()),
                options.dialect().key(),
                source.licence().or(() -> before.flatMap(one -> Optional.ofNullable(one.licence()))).orElse(null),
                source.address().or(() -> before.flatMap(one -> Optional.ofNullable(one.address()))).orElse(null));
    }
}
