package net.alexnet.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.ImageNet;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Provenance;
import net.alexnet.interop.ImportOptions.Source;
import net.alexnet.interop.ImportResult.LayerOrigin;
import net.alexnet.interop.onnx.OnnxFile;
import net.alexnet.io.Hashes;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Shown;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.tensor.Shape;

/// Makes a model of a file of weights: tells its tensors by a [WeightLayout]'s names, its network by their shapes, and writes down
/// what a consumer must know.
public final class Importer {
    private final WeightFile file;
    private final ImportOptions options;
    private final RenamedTensors tensors;
    private final Optional<ModelCard> stated;

    private Importer(WeightFile file, ImportOptions options) throws WeightFileException {
        this.file = seen(file);
        this.options = options;
        this.tensors = new RenamedTensors(this.file, options.layout());
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

    /// Whose names a file's tensors have: what the file says of itself, else the only layout whose names they are.
    ///
    /// @throws ImportException if they are nobody's that is known, or several layouts'
    /// @throws WeightFileException if what the file says of itself is damaged or contradicts itself
    public static WeightLayout layout(WeightFile file) throws WeightFileException {
        Optional<WeightLayout> stated = statedLayout(file);
        if (stated.isPresent()) {
            return stated.get();
        }
        List<WeightLayout> fitting = WeightLayout.of(seen(file).names());
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        throw new ImportException(fitting.isEmpty()
                ? "the tensors' names are nobody's that is known: " + Shown.few(file.names())
                        + ". Say whose they should be with --net " + keys(Arrays.asList(WeightLayout.values()), "|")
                : "the tensors' names do not tell whose they are; say --net " + keys(fitting, " or --net "));
    }

    private static String keys(List<WeightLayout> layouts, String between) {
        return layouts.stream().map(WeightLayout::key).collect(Collectors.joining(between));
    }

    /// A model file has our own names; one that was exported says whose it has, and in which order `conv1` reads colors.
    private static Optional<WeightLayout> statedLayout(WeightFile file) throws WeightFileException {
        Map<String, String> metadata = file.metadata();
        if (Model.isModel(metadata)) {
            return Optional.of(WeightLayout.PAPER);
        }
        Optional<String> stated = Exporter.layout(metadata);
        if (stated.isEmpty() || Model.cardOf(file).isEmpty()) {
            return Optional.empty();
        }
        String key = stated.get();
        WeightLayout layout = WeightLayout.of(key).orElseThrow(() -> new WeightFileException(file.path(),
                "its metadata says that its names are those of '" + key + "', which is not known; known are "
                        + keys(Arrays.asList(WeightLayout.values()), ", ")));
        String colors = Model.colorOrder(metadata).orElse(layout.colorOrder());
        if (!colors.equals(layout.colorOrder())) {
            throw new WeightFileException(file.path(), "its metadata contradicts itself: its colors are to be in the"
                    + " order '" + colors + "', but those of " + key + " are " + layout.colorOrder());
        }
        return Optional.of(layout);
    }

    /// What the file says of itself cannot be overruled: by other names, `conv1` could be turned round, or not, without a
    /// sign of it.
    private void requireAgrees() throws WeightFileException {
        Optional<WeightLayout> said = statedLayout(file);
        if (said.isPresent() && said.get() != options.layout()) {
            throw new ImportException(
                    file.path() + " says of itself that its names and its order of colors are those of "
                            + said.get().key() + ", not of " + options.layout().key() + "; leave --net away");
        }
        Optional<DropoutScaling> dropout = stated.map(card -> card.network().dropoutScaling());
        if (dropout.isPresent() && options.dropout().isPresent() && !options.dropout().equals(dropout)) {
            throw new ImportException(
                    file.path() + " says of itself how it was trained with dropout, and otherwise; leave"
                            + " --dropout away");
        }
        Optional<Variant> table = stated.map(card -> card.network().variant());
        if (table.isPresent() && options.table().isPresent() && !options.table().equals(table)) {
            throw new ImportException(
                    file.path() + " says of itself that it holds the table " + Tables.spelled(table.get())
                            + ", not " + Tables.spelled(options.table().get()) + "; leave --table away");
        }
    }

    /// Understands a file.
    ///
    /// @param file must stay open until the result is written
    /// @throws WeightFileException if tensors are missing, left over or of other shapes; the message has all of them
    /// @throws ImportException if something must be said that neither the file nor its layout says
    /// @throws IOException if the file cannot be read
    public static ImportResult read(WeightFile file, ImportOptions options) throws IOException {
        return new Importer(file, options).read();
    }

    /// No array holds more, and no layer of an AlexNet at any sensible input comes near it.
    private void requireHolds(Architecture architecture) throws WeightFileException {
        for (Row row : ArchitectureInference.weighted(architecture).toList()) {
            if (row.weightShape().elements() > Integer.MAX_VALUE - 8) {
                throw new WeightFileException(file.path(), "is to be a network with an input of "
                        + architecture.input() + ", whose " + row.name() + " would have " + row.weightShape()
                        + " weights, more than 2^31; name another input with --crop");
            }
        }
    }

    private ImportResult read() throws IOException {
        requireAgrees();
        AlexNet network = network();
        Architecture architecture = architecture(network);
        requireHolds(architecture);
        requireFits(architecture);
        if (file instanceof GraphWeights weights && stated.isEmpty()) { // ours says which network it computes
            GraphCheck.require(weights.graph(), options.layout(), architecture, options.only());
        }
        ModelCardResolver choice = new ModelCardResolver(options, stated);
        ClassList classes = choice.classes(network.classes());
        Preprocessing preprocessing = choice.preprocessing(network);
        ModelCard card = new ModelCard(network, classes.names(), preprocessing, origin(), classes.wnids(),
                views(network), Optional.of(provenance()));
        List<NamedTensor> entries = new ArrayList<>();
        List<LayerOrigin> layers = new ArrayList<>();
        ArchitectureInference.weighted(architecture).forEach(row -> {
            boolean taken = options.only().takes(row.name());
            for (boolean bias : new boolean[] {false, true}) {
                String name = name(row, bias);
                entries.add(taken
                        ? tensors.entry(name, shape(row, bias))
                        : new NamedTensor(name, shape(row, bias), () -> network.initialization()
                                .segment(architecture, row, bias, options.seed())));
            }
            layers.add(new LayerOrigin(row.name(), row.weightShape(),
                    taken ? Optional.of(options.layout().theirs(name(row, false))) : Optional.empty()));
        });
        return new ImportResult(card, entries, layers);
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
        return new ArchitectureInference(tensors)
                .network(options.table().orElse(options.layout().table()), classes, input);
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
        for (Row row : ArchitectureInference.weighted(architecture).toList()) {
            for (boolean bias : new boolean[] {false, true}) {
                String name = name(row, bias);
                Shape expected = shape(row, bias);
                if (!options.only().takes(name)) {
                    continue;
                }
                if (!tensors.has(name)) {
                    missing.add(options.layout().theirs(name) + " (" + expected + ")");
                } else if (!tensors.shape(name).equals(expected)) {
                    misshapen.add(options.layout().theirs(name) + " (must be " + expected + ", found "
                            + file.shape(options.layout().theirs(name)) + ")");
                }
            }
        }
        List<String> leftOver = new ArrayList<>();
        for (String name : file.names()) {
            if (options.layout().ours(name).isEmpty() && !(stated.isPresent() && name.equals(Model.MEAN_IMAGE))) {
                leftOver.add(name + " (" + file.shape(name) + ")");
            }
        }
        if (!missing.isEmpty() || !leftOver.isEmpty() || !misshapen.isEmpty()) {
            throw new WeightFileException(file.path(), "its tensors are not those of " + options.layout().key()
                    + " (table " + architecture.name() + ")" + listed("missing", missing)
                    + listed("left over", leftOver) + listed("misshapen", misshapen) + hint());
        }
    }

    private static String listed(String what, List<String> tensors) {
        return tensors.isEmpty() ? "" : "; " + what + ": " + Shown.few(tensors);
    }

    private String hint() {
        List<String> others = WeightLayout.of(file.names()).stream().filter(layout -> layout != options.layout())
                .map(WeightLayout::key).toList();
        return others.isEmpty() || WeightLayout.of(file.names()).contains(options.layout())
                ? ""
                : ". The names are those of --net " + String.join(" or ", others);
    }

    // --- what the card says besides ----------------------------------------------------------------------------------

    private String origin() {
        String text = "imported from " + file.path().getFileName() + " (" + options.layout().key() + ")";
        List<String> taken = options.layout().parameters().stream().filter(name -> name.endsWith(".weight"))
                .map(name -> name.substring(0, name.indexOf('.'))).filter(options.only()::takes).toList();
        return taken.size() == options.layout().parameters().size() / 2
                ? text
                : text + ": " + String.join(", ", taken) + "; the rest initialised with seed " + options.seed();
    }

    private Optional<Integer> views(AlexNet network) {
        boolean whole = options.only().equals(LayerFilter.ALL) && network.classes() == ImageNet.CLASSES;
        return options.source().views()
                .or(() -> stated.filter(_ -> whole).flatMap(ModelCard::views))
                .or(() -> options.layout().conventions().filter(_ -> whole && stated.isEmpty())
                        .map(WeightLayout.Conventions::views));
    }

    private Provenance provenance() throws IOException {
        Source source = options.source();
        Optional<Provenance> before = stated.flatMap(ModelCard::provenance);
        return new Provenance(
                String.valueOf(file.path().getFileName()),
                Hashes.hex(file.path()),
                options.layout().key(),
                source.license().or(() -> before.flatMap(one -> Optional.ofNullable(one.license()))).orElse(null),
                source.address().or(() -> before.flatMap(one -> Optional.ofNullable(one.address()))).orElse(null));
    }
}
