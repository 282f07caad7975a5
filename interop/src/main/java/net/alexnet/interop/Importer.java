package net.alexnet.interop;

import module java.base;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.ImageNet;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Provenance;
import net.alexnet.interop.ImportResult.LayerOrigin;
import net.alexnet.interop.WeightLayout.Conventions;
import net.alexnet.interop.caffe.CaffeFile;
import net.alexnet.interop.keras.KerasFile;
import net.alexnet.interop.keras.KerasGraph;
import net.alexnet.interop.onnx.OnnxFile;
import net.alexnet.interop.pytorch.PyTorchFile;
import net.alexnet.io.Dtype;
import net.alexnet.io.Hashes;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Shape;

/// Makes a model of a file of weights: finds the network by the names and shapes of the tensors, and what a user of the
/// model must know by what the options, the file itself or the [WeightLayout] say, in this order.
public final class Importer {
    private static final long SEED = 1; // of the layers that are not taken from the file
    private static final List<String> CONVOLUTIONS = List.of("conv1", "conv2", "conv3", "conv4", "conv5");

    private final WeightFile file;
    private final ImportOptions options;
    private final WeightLayout layout;
    private final RenamedWeights tensors;
    private final Optional<ModelCard> stated;

    private Importer(WeightFile file, ImportOptions options) throws WeightFileException {
        this.file = file;
        this.options = options;
        this.layout = options.layout;
        this.tensors = new RenamedWeights(file, layout);
        this.stated = Model.cardOf(file);
    }

    /// Opens and checks a file of weights of any [WeightFormat]; its values may be used after it is closed.
    ///
    /// @throws WeightFileException if it cannot be read, is of no format that is known, or is damaged
    public static WeightFile open(Path file) throws WeightFileException {
        return switch (WeightFormat.of(file)) {
            case SAFETENSORS -> PrefixedWeights.strip(SafetensorsFile.openLasting(file));
            case PYTORCH -> PrefixedWeights.strip(PyTorchFile.open(file));
            case CAFFE -> CaffeFile.open(file);
            case ONNX -> new GraphWeights(OnnxFile.open(file));
            case KERAS -> KerasFile.open(file);
        };
    }

    /// Whose names a file's tensors have: the layout that the file states, else the only one whose names they are.
    ///
    /// @throws IllegalArgumentException if they are no known layout's, or several layouts'
    /// @throws WeightFileException if what the file states is damaged or contradicts itself
    public static WeightLayout layout(WeightFile file) throws WeightFileException {
        Optional<WeightLayout> stated = statedLayout(file);
        if (stated.isPresent()) {
            return stated.get();
        }
        List<WeightLayout> fitting = WeightLayout.of(file.names());
        if (fitting.isEmpty()) { // other heads have other names
            fitting = Arrays.stream(WeightLayout.values())
                    .filter(layout -> there(file, layout).containsAll(CONVOLUTIONS)).toList();
        }
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        throw new IllegalArgumentException(fitting.isEmpty()
                ? "the names of the tensors are not those of a known layout: " + WeightFileException.list(file.names())
                        + ". Say which network it should be with --net " + keys(List.of(WeightLayout.values()), "|")
                : "the names of the tensors fit several layouts; say --net " + keys(fitting, " or --net "));
    }

    private static String keys(List<WeightLayout> layouts, String between) {
        return layouts.stream().map(WeightLayout::key).collect(Collectors.joining(between));
    }

    /// A model file has our own names; an exported one states its layout, and in which order `conv1` reads colors.
    private static Optional<WeightLayout> statedLayout(WeightFile file) throws WeightFileException {
        Map<String, String> metadata = file.metadata();
        if (Model.isModel(metadata)) {
            return Optional.of(WeightLayout.PAPER);
        }
        Optional<String> key = Exporter.layout(metadata);
        if (key.isEmpty() || Model.cardOf(file).isEmpty()) {
            return Optional.empty();
        }
        WeightLayout layout = WeightLayout.of(key.get()).orElseThrow(() -> new WeightFileException(file.path(),
                "its metadata names the layout '" + key.get() + "', which is not known; known are "
                        + keys(List.of(WeightLayout.values()), ", ")));
        String colors = metadata.getOrDefault(Model.COLOR_ORDER, layout.colorOrder());
        if (!colors.equals(layout.colorOrder())) {
            throw new WeightFileException(file.path(),
                    "its metadata contradicts itself: it states the order of colors '"
                            + colors + "', but weights of the layout " + layout.key() + " read " + layout.colorOrder());
        }
        return Optional.of(layout);
    }

    /// Understands a file.
    ///
    /// @param file from [#open]; must stay open until the result is written
    /// @throws WeightFileException if tensors are missing, left over or of other shapes; the message names all of them
    /// @throws IllegalArgumentException if the options contradict the file, or lack what neither the file nor its layout
    ///     says; the message names the option
    /// @throws IOException if the file cannot be read
    public static ImportResult read(WeightFile file, ImportOptions options) throws IOException {
        return new Importer(file, options).read();
    }

    /// Understands a file as far as it goes: layers that it does not have, and dense layers of another head, are
    /// untrained, and classes that nothing names have the numbers of their outputs. It must have all convolutions.
    ///
    /// @param file from [#open]; must stay open until the result is written
    /// @throws WeightFileException as [#read(WeightFile, ImportOptions)]
    /// @throws IllegalArgumentException as [#layout] and [#read(WeightFile, ImportOptions)]
    /// @throws IOException if the file cannot be read
    public static ImportResult readAvailable(WeightFile file) throws IOException {
        WeightLayout layout = layout(file);
        List<String> there = there(file, layout);
        Importer all = new Importer(file, ImportOptions.of(layout).numbered());
        if (!there.containsAll(CONVOLUTIONS) || all.stated.isPresent()) {
            return all.read();
        }
        requireNoBatchNorm(file, layout);
        Importer most = new Importer(file, ImportOptions.of(layout).numbered().only(there));
        if (file instanceof GraphWeights || most.misshapen(most.network().architecture()).isEmpty()) {
            return most.read();
        }
        List<String> convolutions = file.names().stream()
                .filter(name -> layout.ours(name).filter(ours -> ours.startsWith("conv")).isPresent()).toList();
        return new Importer(new SelectedWeights(file, convolutions),
                ImportOptions.of(layout).numbered().only(CONVOLUTIONS)).read();
    }

    /// The layers of which a file has weights and biases.
    private static List<String> there(WeightFile file, WeightLayout layout) {
        Set<String> names = Set.copyOf(file.names());
        return WeightLayout.own().stream().filter(layer -> names.contains(layout.theirs(layer + ".weight"))
                && names.contains(layout.theirs(layer + ".bias"))).toList();
    }

    /// Convolutions that were trained with batch normalization give other values without it.
    private static void requireNoBatchNorm(WeightFile file, WeightLayout layout) throws WeightFileException {
        String first = layout.theirs("conv1.weight");
        String module = first.contains(".") ? first.substring(0, first.indexOf('.') + 1) : "";
        List<String> means = file.names().stream().filter(name -> name.endsWith(".running_mean")
                && (module.equals("conv1.") || name.startsWith(module))).toList();
        if (!means.isEmpty()) {
            throw new WeightFileException(file.path(), "its network has batch normalization ("
                    + WeightFileException.list(means) + "), which AlexNet does not have");
        }
    }

    private ImportResult read() throws IOException {
        Optional<WeightLayout> said = statedLayout(file);
        if (said.isPresent() && said.get() != layout) { // conv1 could be reversed, or not, without a sign of it
            throw new IllegalArgumentException(file.path() + " states that its layout is " + said.get().key() + ", not "
                    + layout.key() + "; omit --net");
        }
        AlexNet network = network();
        Architecture architecture;
        try {
            architecture = network.architecture();
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(file.path(), "its tensors do not make a network: " + e.getMessage(), e);
        }
        requireFits(architecture);
        if (file instanceof GraphWeights weights && stated.isEmpty()) { // our own graphs state their network
            weights.requireComputes(architecture, layout, options.only, options.takesAll());
        }
        ClassList classes = classes(network.classes());
        List<String> before = stated.map(ModelCard::untrained).orElse(List.of());
        List<String> untrained = WeightLayout.own().stream()
                .filter(layer -> !options.only.contains(layer) || before.contains(layer)).toList();
        ModelCard card = new ModelCard(network, classes.names(), preprocessing(network), origin(), classes.wnids(),
                views(network), Optional.of(provenance()), untrained);
        List<NamedTensor> entries = new ArrayList<>();
        List<LayerOrigin> layers = new ArrayList<>();
        for (Row row : ArchitectureInference.weighted(architecture).toList()) {
            boolean taken = options.only.contains(row.name());
            ArchitectureInference.parameters(row).forEach((name, shape) -> entries.add(
                    new NamedTensor(name, shape, () -> {
                        try {
                            return taken
                                    ? tensors.values(name)
                                    : network.initialization().segment(architecture, row, name.endsWith(".bias"), SEED);
                        } catch (WeightFileException e) {
                            throw new UncheckedIOException(e);
                        }
                    })));
            layers.add(new LayerOrigin(row.name(), row.weightShape(),
                    taken ? Optional.of(layout.theirs(row.name() + ".weight")) : Optional.empty()));
        }
        return new ImportResult(card, tensors, entries, layers);
    }

    private AlexNet network() throws WeightFileException {
        Optional<Integer> classes = options.classes.filter(_ -> !options.only.contains("fc8"))
                .map(list -> list.names().size());
        if (stated.isPresent()) {
            AlexNet own = stated.get().network();
            return classes.map(own::withClasses).orElse(own);
        }
        return file instanceof KerasFile keras
                ? new KerasNetwork(keras, tensors, classes).network()
                : new ArchitectureInference(tensors).network(layout.variant(), classes);
    }

    /// All tensors that are not as they must be go into one message: a user who has to find out which file this is needs
    /// all of them.
    private void requireFits(Architecture architecture) throws WeightFileException {
        List<String> missing = new ArrayList<>();
        for (Row row : ArchitectureInference.weighted(architecture).toList()) {
            if (row.weightShape().elements() > Dtype.MAX_VALUES) {
                throw new WeightFileException(file.path(), "would be a network with an input of " + architecture.input()
                        + ", whose " + row.name() + " has " + row.weightShape() + " weights; the limit is 2^31");
            }
            if (!options.only.contains(row.name())) {
                continue;
            }
            for (Map.Entry<String, Shape> parameter : ArchitectureInference.parameters(row).entrySet()) {
                String theirs = layout.theirs(parameter.getKey());
                if (!file.names().contains(theirs)) {
                    missing.add(theirs + " (" + parameter.getValue() + ")");
                }
            }
        }
        List<String> misshapen = misshapen(architecture);
        List<String> leftOver = new ArrayList<>();
        // Where only some layers are asked for, the file may have another head, or parts that are no layers here.
        for (String name : options.takesAll() ? file.names() : Set.<String>of()) {
            if (layout.ours(name).isEmpty() && !(stated.isPresent() && name.equals(Model.MEAN_IMAGE))) {
                leftOver.add(name + " (" + file.shape(name) + ")");
            }
        }
        if (!missing.isEmpty() || !leftOver.isEmpty() || !misshapen.isEmpty()) {
            List<WeightLayout> others = WeightLayout.of(file.names());
            String advice = "";
            if (!others.isEmpty() && !others.contains(layout)) {
                advice = ". The names are those of --net " + keys(others, " or ");
            } else if (options.takesAll() && misshapen.isEmpty()) {
                advice = ". To take only the layers that fit, name them with --only, such as --only 'conv*'";
            }
            throw new WeightFileException(file.path(), "its tensors are not those of " + layout.key()
                    + listed("missing", missing) + listed("left over", leftOver) + listed("misshapen", misshapen)
                    + advice);
        }
    }

    private List<String> misshapen(Architecture architecture) throws WeightFileException {
        List<String> misshapen = new ArrayList<>();
        for (Row row : ArchitectureInference.weighted(architecture).toList()) {
            for (Map.Entry<String, Shape> parameter : ArchitectureInference.parameters(row).entrySet()) {
                String theirs = layout.theirs(parameter.getKey());
                if (options.only.contains(row.name()) && file.names().contains(theirs)
                        && !tensors.shape(parameter.getKey()).equals(parameter.getValue())) {
                    misshapen.add(theirs + " (must be " + parameter.getValue() + ", found " + file.shape(theirs) + ")");
                }
            }
        }
        return misshapen;
    }

    private static String listed(String what, List<String> tensors) {
        return tensors.isEmpty() ? "" : "; " + what + ": " + WeightFileException.list(tensors);
    }

    // --- the model card ----------------------------------------------------------------------------------------------

    private ClassList classes(int count) {
        if (options.classes.isPresent()) {
            if (options.order.isPresent()) {
                throw new IllegalArgumentException("--order is for ImageNet's classes, and --classes names others; give"
                        + " one of them");
            }
            int named = options.classes.get().names().size();
            if (named != count) {
                throw new IllegalArgumentException("--classes names " + named + " classes, but the network has " + count
                        + " outputs");
            }
            return options.classes.get();
        }
        boolean nothingSays = options.order.isEmpty()
                && (!options.only.contains("fc8") || count != ImageNet.CLASSES || layout.order().isEmpty());
        if (nothingSays && options.numbered && !(stated.isPresent() && stated.get().classes().size() == count)) {
            return new ClassList(IntStream.range(0, count).mapToObj(i -> "output " + i).toList(), List.of());
        }
        if (options.order.isEmpty() && !options.only.contains("fc8")) {
            throw new IllegalArgumentException("fc8 is not taken from the file, so nothing says what its outputs mean;"
                    + " name the classes with --classes FILE, or say --order sorted for ImageNet's");
        }
        if (options.order.isEmpty() && stated.isPresent() && stated.get().classes().size() == count) {
            return new ClassList(stated.get().classes(), stated.get().wnids());
        }
        if (count != ImageNet.CLASSES) {
            throw new IllegalArgumentException("the network has " + count + " outputs, and ImageNet 1000 classes; name"
                    + " the classes with --classes FILE, one a line in the order of the outputs");
        }
        return ClassList.of(options.order.or(layout::order).orElseThrow(() -> new IllegalArgumentException(
                "the network has 1000 outputs, and a file of the layout " + layout.key()
                        + " does not say in which order."
                        + " If they are ImageNet's, say --order sorted (by wnid, tench first) or --order devkit (by"
                        + " ILSVRC2012_ID, kit fox first); else name them with --classes FILE")));
    }

    /// How a model of Keras scales pixels, if it does so itself.
    private Optional<KerasGraph> scaling() throws WeightFileException {
        Optional<KerasGraph> graph = file instanceof KerasFile keras ? keras.graph() : Optional.empty();
        return graph.filter(KerasGraph::scalesPixels);
    }

    private Preprocessing preprocessing(AlexNet network) throws WeightFileException {
        Optional<KerasGraph> scaling = scaling();
        Optional<Preprocessing> own = stated.map(ModelCard::preprocessing);
        Optional<Conventions> usual = layout.conventions()
                .filter(conventions -> conventions.mean().size() == network.channels());
        int resize = own.map(Preprocessing::resize).orElseGet(() -> usualResize(network.input()));
        List<Double> scale = options.scale.map(factors -> each("--scale", factors, network))
                .or(() -> own.map(Preprocessing::scale)).or(() -> scaling.map(KerasGraph::scale))
                .or(() -> usual.map(Conventions::scale))
                .orElseGet(() -> Collections.nCopies(network.channels(), 1.0));
        Optional<MeanImage> image = options.mean.isPresent()
                ? Optional.empty()
                : options.meanImage.map(whole -> middle(whole, resize, network.input()))
                        .or(() -> own.flatMap(Preprocessing::meanImage));
        List<Double> mean = options.mean.map(means -> each("--mean", means, network))
                .or(() -> options.meanImage.map(Importer::means))
                .or(() -> own.map(Preprocessing::mean)).or(() -> scaling.map(KerasGraph::mean))
                .or(() -> usual.map(Conventions::mean))
                .orElseThrow(() -> new IllegalArgumentException("nothing says which mean is subtracted from images of "
                        + network.channels() + " channels; name it with --mean R,G,B in units of 0 to 255, or --mean"
                        + " FILE for a mean image (--mean 0 for none)"));
        return new Preprocessing(network.channels(), resize, network.input(), mean, scale, image);
    }

    /// One number for all channels, or one for each.
    private static List<Double> each(String option, List<Double> values, AlexNet network) {
        List<Double> all = values.size() == 1 ? Collections.nCopies(network.channels(), values.getFirst()) : values;
        if (all.size() != network.channels()) {
            throw new IllegalArgumentException(option + " has " + values.size() + " numbers, but the network reads "
                    + network.channels() + " channels");
        }
        return all;
    }

    /// 256 for the usual inputs (§2 of the paper, and Caffe), else in the same proportion to the input.
    private int usualResize(int input) {
        int crop = layout.conventions().map(Conventions::crop).orElse(input == 227 ? 227 : 224);
        return Math.round(256f * input / crop);
    }

    private static MeanImage middle(MeanImage whole, int resize, int crop) {
        if (whole.side() == crop) {
            return whole;
        }
        if (whole.side() < resize) {
            throw new IllegalArgumentException("the mean image has " + whole.side() + " pixels a side, expected " + crop
                    + ", or " + resize + " and more");
        }
        return whole.scaled(resize).center(crop);
    }

    private static List<Double> means(MeanImage image) {
        double[] sums = new double[image.channels()];
        for (int i = 0; i < image.values().length; i++) {
            sums[i % sums.length] += image.values()[i];
        }
        return Arrays.stream(sums).mapToObj(sum -> sum / ((long) image.side() * image.side())).toList();
    }

    private String origin() {
        String text = "imported from " + file.path().getFileName() + " (" + layout.key() + ")";
        return options.takesAll()
                ? text
                : text + ": " + String.join(", ", options.only) + "; the rest initialized with seed " + SEED;
    }

    private Optional<Integer> views(AlexNet network) {
        if (!options.takesAll() || network.classes() != ImageNet.CLASSES) {
            return Optional.empty();
        }
        return options.source.map(published -> published.accuracy().views()).or(() -> stated.flatMap(ModelCard::views))
                .or(() -> layout.conventions().filter(_ -> stated.isEmpty()).map(_ -> 1)); // the center view
    }

    private Provenance provenance() throws IOException {
        Optional<Provenance> before = stated.flatMap(ModelCard::provenance);
        return new Provenance(
                String.valueOf(file.path().getFileName()),
                Hashes.hex(file.path()),
                layout.key(),
                options.source.map(PublishedModel::license)
                        .or(() -> before.flatMap(one -> Optional.ofNullable(one.license()))).orElse(null),
                options.source.map(published -> published.address().toString())
                        .or(() -> before.flatMap(one -> Optional.ofNullable(one.address()))).orElse(null));
    }
}
