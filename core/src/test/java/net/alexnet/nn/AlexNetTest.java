package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import net.alexnet.nn.AlexNet.Activation;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The sums of the tables, against those that the shapes of the paper give by hand.
class AlexNetTest {
    private static final Architecture PAPER = AlexNet.paper().architecture();

    @Test
    void thePaperHas60MillionParameters() {
        assertThat(PAPER.parameters()).isEqualTo(60_965_224);
        assertThat(PAPER.multiplyAdds()).isEqualTo(724_406_816);
        assertThat(PAPER.trainingMultiplyAdds()).isEqualTo(3 * 724_406_816L - 105_415_200);
        assertThat(PAPER.input()).isEqualTo(Shape.of(3, 224, 224));
        assertThat(PAPER.classes()).isEqualTo(1000);
        assertThat(PAPER.name()).isEqualTo("paper");
    }

    @ParameterizedTest
    @CsvSource({
        "conv1, 96 × 55 × 55, 34944, 105415200",
        "conv2, 256 × 27 × 27, 307456, 223948800",
        "conv3, 384 × 13 × 13, 885120, 149520384",
        "conv4, 384 × 13 × 13, 663936, 112140288",
        "conv5, 256 × 13 × 13, 442624, 74760192",
        "fc6, 4096, 37752832, 37748736",
        "fc7, 4096, 16781312, 16777216",
        "fc8, 1000, 4097000, 4096000"})
    void theLayersOfThePaper(String name, String output, long parameters, long multiplyAdds) {
        Row row = row(PAPER, name);
        assertThat(row.out()).hasToString(output);
        assertThat(row.parameters()).isEqualTo(parameters);
        assertThat(row.multiplyAdds()).isEqualTo(multiplyAdds);
    }

    @Test
    void theOrderOfThePaper() {
        assertThat(names(PAPER)).containsExactly("conv1", "relu1", "norm1", "pool1", "conv2", "relu2", "norm2", "pool2",
                "conv3", "relu3", "conv4", "relu4", "conv5", "relu5", "pool5", "flatten", "fc6", "relu6", "drop6",
                "fc7",
                "relu7", "drop7", "fc8", "softmax");
    }

    @Test
    void theConstantsOfThePaper() {
        Conv conv1 = (Conv) row(PAPER, "conv1").layer();
        assertThat(conv1.window()).isEqualTo(new Window(11, 4, 0, Rounding.CEIL));
        assertThat(conv1.window().overhang(224)).isEqualTo(3);
        assertThat(convolutions(PAPER)).extracting(Conv::groups).containsExactly(1, 2, 1, 2, 2);
        LocalResponseNorm norm = new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, 0.75, 2);
        assertThat(norms(PAPER)).containsExactly(norm, norm);
        assertThat(pools(PAPER)).extracting(Window::kernel, Window::stride).containsOnly(tuple(3, 2));
        assertThat(dropouts(PAPER)).hasSize(2).containsOnly(new Dropout(0.5, DropoutScaling.AT_TEST));
    }

    /// `layers-145.cfg`: no neuron before the norm of conv1 and the pooling of conv5; `rnorm` within maps on conv2.
    @Test
    void theOriginalHasItsOwnOrder() {
        Architecture original = AlexNet.of(Variant.ORIGINAL).architecture();
        assertThat(names(original))
                .startsWith("conv1", "norm1", "pool1", "relu1", "conv2", "relu2", "norm2", "mapnorm2",
                        "pool2", "conv3")
                .containsSubsequence("conv5", "pool5", "relu5", "flatten");
        assertThat(norms(original)).containsExactly(
                new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, 0.75, 2),
                new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, 0.75, 2),
                new LocalResponseNorm(Region.WITHIN_CHANNEL, 5, 1, 1e-3, 0.75, 1));
        assertThat(original.parameters()).isEqualTo(60_965_224);
        assertThat(original.multiplyAdds()).isEqualTo(724_406_816);
        assertThat(AlexNet.of(Variant.ORIGINAL).initialization()).isEqualTo(Initialization.SOURCE);
    }

    @Test
    void caffeReads227PixelsAndNormalizesAcrossTheTowers() {
        Architecture caffe = AlexNet.of(Variant.CAFFE).architecture();
        assertThat(caffe.input()).isEqualTo(Shape.of(3, 227, 227));
        assertThat(row(caffe, "conv1").out()).isEqualTo(Shape.of(96, 55, 55));
        assertThat(((Conv) row(caffe, "conv1").layer()).window().overhang(227)).isZero();
        LocalResponseNorm norm = new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 1, 1e-4, 0.75, 1);
        assertThat(norms(caffe)).containsExactly(norm, norm);
        assertThat(dropouts(caffe)).containsOnly(new Dropout(0.5, DropoutScaling.AT_TRAINING));
        assertThat(caffe.parameters()).isEqualTo(60_965_224);
        assertThat(caffe.multiplyAdds()).isEqualTo(724_406_816);
        assertThat(AlexNet.of(Variant.CAFFE).initialization()).isEqualTo(Initialization.CAFFE);
    }

    /// `bvlc_reference_caffenet/train_val.prototxt`: conv1, relu1, pool1, norm1; the parameters are those of `bvlc_alexnet`.
    @Test
    void caffenetPoolsBeforeItNormalizes() {
        Architecture caffe = AlexNet.of(Variant.CAFFE).architecture();
        Architecture caffenet = AlexNet.of(Variant.CAFFENET).architecture();
        assertThat(names(caffenet)).startsWith(
                "conv1", "relu1", "pool1", "norm1", "conv2", "relu2", "pool2", "norm2", "conv3");
        assertThat(norms(caffenet)).isEqualTo(norms(caffe));
        assertThat(dropouts(caffenet)).isEqualTo(dropouts(caffe));
        assertThat(caffenet.input()).isEqualTo(Shape.of(3, 227, 227));
        assertThat(row(caffenet, "norm1").out()).isEqualTo(Shape.of(96, 27, 27));
        assertThat(caffenet.parameters()).isEqualTo(60_965_224);
        assertThat(AlexNet.of(Variant.CAFFENET).initialization()).isEqualTo(Initialization.CAFFENET);
    }

    @Test
    void torchvisionIsTheOneTowerNetOf2014() {
        Architecture torchvision = AlexNet.of(Variant.TORCHVISION).architecture();
        assertThat(torchvision.parameters()).isEqualTo(61_100_840);
        assertThat(convolutions(torchvision)).extracting(Conv::filters).containsExactly(64, 192, 384, 256, 256);
        assertThat(convolutions(torchvision)).extracting(Conv::groups).containsOnly(1);
        assertThat(norms(torchvision)).isEmpty();
        assertThat(names(torchvision)).endsWith(
                "pool5", "flatten", "drop5", "fc6", "relu6", "drop6", "fc7", "relu7", "fc8", "softmax");
        assertThat(dropouts(torchvision)).containsOnly(new Dropout(0.5, DropoutScaling.AT_TRAINING));
    }

    @Test
    void theSmallNetIsThePapersFor32Pixels() {
        Architecture small = AlexNet.small().architecture();
        assertThat(small.input()).isEqualTo(Shape.of(3, 32, 32));
        assertThat(small.classes()).isEqualTo(10);
        assertThat(names(small)).isEqualTo(names(PAPER));
        assertThat(norms(small)).isEqualTo(norms(PAPER));
    }

    /// §3.2, footnote 2: half the kernels, but not in conv5, and fully connected layers as before.
    @Test
    void theHalvedNetHasHalfTheKernelsUpToConv4() {
        AlexNet halved = AlexNet.paper().withTowers(1).withHalved(true);
        assertThat(weightedOutputs(halved.architecture())).containsExactly(48, 128, 192, 192, 256, 4096, 4096, 1000);
        assertThat(convolutions(halved.architecture())).extracting(Conv::groups).containsOnly(1);
        assertThat(halved.architecture().parameters()).isCloseTo(PAPER.parameters(), withinPercentage(2));
    }

    @Test
    void theNetOfFigure1HasFourHiddenLayersAndNoRegularization() {
        Architecture four = AlexNet.of(Variant.FOUR).architecture();
        assertThat(weightedOutputs(four)).containsExactly(32, 32, 32, 32, 10);
        assertThat(norms(four)).isEmpty();
        assertThat(dropouts(four)).isEmpty();
        assertThat(four.parameters()).isEqualTo(
                32 * (3 * 25 + 1) + 32 * (32 * 25 + 1) + 2 * 32 * (32 * 9 + 1) + 10 * (32 * 8 * 8 + 1));
        assertThat(names(AlexNet.of(Variant.FOUR).withHead(List.of(), true).architecture())).containsSubsequence(
                "flatten",
                "l2norm4", "fc5");
    }

    @Test
    void oneTowerIsTheUngroupedNet() {
        AlexNet one = AlexNet.paper().withTowers(1);
        assertThat(one.architecture().parameters()).isEqualTo(62_378_344);
        assertThat(convolutions(one.architecture())).extracting(Conv::groups).containsOnly(1);
        assertThat(norms(one.architecture())).extracting(LocalResponseNorm::groups).containsOnly(1);
    }

    @ParameterizedTest
    @EnumSource(Variant.class)
    void tanhReplacesEveryRelu(Variant variant) {
        Architecture relu = AlexNet.of(variant).architecture();
        Architecture tanh = with(variant, Activation.TANH, null, null, null).architecture();
        assertThat(layers(tanh)).noneMatch(layer -> layer instanceof Relu);
        assertThat(layers(tanh)).filteredOn(layer -> layer instanceof Tanh).hasSize(variant == Variant.FOUR ? 4 : 7);
        assertThat(layers(relu)).filteredOn(layer -> layer instanceof Relu).hasSameSizeAs(
                layers(tanh).stream().filter(layer -> layer instanceof Tanh).toList());
        assertThat(names(tanh)).isEqualTo(names(relu).stream().map(name -> name.replace("relu", "tanh")).toList());
    }

    @ParameterizedTest
    @EnumSource(Variant.class)
    void withoutResponseNormThereIsNone(Variant variant) {
        assertThat(norms(with(variant, null, false, null, null).architecture())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Variant.class)
    void withoutDropoutThereIsNone(Variant variant) {
        assertThat(dropouts(with(variant, null, null, null, 0.0).architecture())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Variant.class, names = {"SMALL", "FOUR"}, mode = EnumSource.Mode.EXCLUDE)
    void poolsThatDoNotOverlapKeepTheSizes(Variant variant) {
        Architecture architecture = with(variant, null, null, false, null).architecture();
        assertThat(pools(architecture)).hasSize(3).containsOnly(Window.of(2, 2, 0));
        assertThat(List.of("conv1", "pool1", "pool2", "pool5"))
                .extracting(name -> row(architecture, name).out().dim(2)).containsExactly(55, 27, 13, 6);
        assertThat(architecture.parameters()).isEqualTo(AlexNet.of(variant).architecture().parameters());
    }

    @Test
    void widthScalesMapsAndUnitsInMultiplesOf8() {
        Architecture half = sized(224, 0.5, 1000);
        assertThat(weightedOutputs(half)).containsExactly(48, 128, 192, 192, 128, 2048, 2048, 1000);
        assertThat(weightedOutputs(sized(224, 0.26, 1000))).containsExactly(24, 64, 96, 96, 64, 1064, 1064, 1000);
        assertThat(weightedOutputs(sized(224, 1e-6, 1000))).containsExactly(8, 8, 8, 8, 8, 8, 8, 1000);
    }

    @Test
    void inputAndClassesAreParameters() {
        assertThat(sized(67, 1, 5).rows().getFirst().in()).isEqualTo(Shape.of(3, 67, 67));
        assertThat(sized(67, 1, 5).classes()).isEqualTo(5);
        assertThat(AlexNet.paper().withClasses(7).architecture().classes()).isEqualTo(7);
        Architecture gray = AlexNet.small().withSize(28, 1, 0.25).architecture();
        assertThat(gray.input()).isEqualTo(Shape.of(1, 28, 28));
        assertThat(row(gray, "conv1").weightShape()).isEqualTo(Shape.of(24, 1, 5, 5));
    }

    @Test
    void anInputThatIsTooSmallShowsTheSum() {
        assertThatIllegalArgumentException().isThrownBy(() -> sized(5, 1, 10))
                .withMessageContainingAll("conv1", "11×11", "3 × 5 × 5", "1 + ceil((5 + 2·0 − 11) / 4) = 0");
        // Deeper down: 11 pixels leave one, and pool1 finds no window there.
        assertThatIllegalArgumentException().isThrownBy(() -> sized(11, 1, 10))
                .withMessageContainingAll("pool1", "96 × 1 × 1", "1 + ceil((1 + 2·0 − 3) / 2) = 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"input", "channels", "classes", "width", "towers", "dropout"})
    void aValueOutOfRangeIsNamed(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AlexNet.paper()
                        .withSize(key.equals("input") ? 0 : 224, key.equals("channels") ? 2 : 3,
                                key.equals("width") ? Double.NaN : 1)
                        .withClasses(key.equals("classes") ? 1 : 2)
                        .withTowers(key.equals("towers") ? 3 : 1)
                        .withDropout(key.equals("dropout") ? 1 : 0, Layer.DropoutScaling.AT_TEST))
                .withMessageStartingWith(key + " must be").withMessageContaining("found");
    }

    @Test
    void layersThatAreLeftOutGoWithTheirActivationAndDropout() {
        assertThat(AlexNet.of(Variant.TORCHVISION).withHead(List.of("fc7", "fc6"), true).architecture().rows())
                .extracting(Architecture.Row::name).endsWith("conv5", "relu5", "pool5", "flatten", "l2norm5",
                        "fc8", "softmax");
        assertThat(AlexNet.paper().withHead(List.of("conv3", "fc7"), false).architecture().rows())
                .extracting(Architecture.Row::name)
                .containsExactly("conv1", "relu1", "norm1", "pool1", "conv2", "relu2", "norm2", "pool2", "conv4",
                        "relu4", "conv5", "relu5", "pool5", "flatten", "fc6", "relu6", "drop6", "fc8", "softmax");
        assertThatThrownBy(() -> AlexNet.paper().withHead(List.of("fc8"), false))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("fc8");
    }

    @ParameterizedTest
    @EnumSource(Variant.class)
    void aValueThatIsNotGivenIsTheVariantsDefault(Variant variant) {
        assertThat(AlexNet.read(variant, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null))
                .isEqualTo(AlexNet.of(variant));
        assertThat(AlexNet.of(variant).variant()).isEqualTo(variant);
    }

    private static AlexNet with(
            Variant variant, @Nullable Activation activation, @Nullable Boolean norm, @Nullable Boolean overlapping,
            @Nullable Double dropout) {
        AlexNet net = AlexNet.of(variant);
        return net.withLayers(activation == null ? net.activation() : activation,
                norm == null ? net.responseNorm() : norm,
                overlapping == null ? net.overlappingPools() : overlapping)
                .withDropout(dropout == null ? net.dropout() : dropout, net.dropoutScaling());
    }

    private static Architecture sized(int input, double width, int classes) {
        return AlexNet.paper().withSize(input, 3, width).withClasses(classes).architecture();
    }

    private static List<Integer> weightedOutputs(Architecture architecture) {
        return architecture.rows().stream().filter(row -> row.layer() instanceof Weighted).map(row -> row.out().dim(0))
                .toList();
    }

    private static Row row(Architecture architecture, String name) {
        return architecture.rows().stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
    }

    private static List<String> names(Architecture architecture) {
        return architecture.rows().stream().map(Row::name).toList();
    }

    private static List<Layer> layers(Architecture architecture) {
        return architecture.rows().stream().map(Row::layer).toList();
    }

    private static <L extends Layer> List<L> layers(Architecture architecture, Class<L> kind) {
        return layers(architecture).stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static List<Conv> convolutions(Architecture architecture) {
        return layers(architecture, Conv.class);
    }

    private static List<LocalResponseNorm> norms(Architecture architecture) {
        return layers(architecture, ResponseNorm.class).stream().map(ResponseNorm::norm).toList();
    }

    private static List<Window> pools(Architecture architecture) {
        return layers(architecture, MaxPool.class).stream().map(MaxPool::window).toList();
    }

    private static List<Dropout> dropouts(Architecture architecture) {
        return layers(architecture, Dropout.class);
    }
}
