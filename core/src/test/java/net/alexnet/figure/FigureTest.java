package net.alexnet.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.TestImages;
import net.alexnet.inference.FilterTiles;
import net.alexnet.inference.Model;
import net.alexnet.inference.Prediction;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.inference.Views;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/// The figures as a program that reads SVG sees them.
class FigureTest {
    private static final String HOSTILE = "\"><script>alert('x')<script>&\".png";
    private static final TestImages.Codec CODEC = new TestImages.Codec();

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    @TempDir
    Path folder;

    private static Document parsed(Svg figure) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(figure.text())));
    }

    private static List<Element> elements(Svg figure, String name) throws Exception {
        NodeList found = parsed(figure).getElementsByTagName(name);
        return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i)).toList();
    }

    private static List<String> texts(Svg figure) throws Exception {
        return elements(figure, "text").stream().map(Element::getTextContent).toList();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private static Picture picture(String name, int channels, OptionalInt label) {
        return new Picture(name, label, TestImages.noise(12, 12, channels, 1));
    }

    @Test
    void theTowersStandOneAboveTheOther() throws Exception {
        Model model = TinyModels.of(3, 2, backend);
        Svg figure = FilterFigure.of(model);
        List<Element> towers = elements(figure, "image");
        FilterTiles kernels = FilterTiles.of(model.network()).orElseThrow();
        Image first = kernels.picture(0, kernels.filters() / 2);

        assertThat(towers).hasSize(2).allSatisfy(image -> {
            assertThat(number(image, "width")).isEqualTo(first.width());
            assertThat(number(image, "height")).isEqualTo(first.height());
            assertThat(number(image, "x") + number(image, "width")).isLessThanOrEqualTo(figure.width());
        });
        assertThat(number(towers.get(1), "y")).isGreaterThan(number(towers.get(0), "y") + first.height());
        assertThat(texts(figure)).hasSize(3).anyMatch(text -> text.contains("tower 1"))
                .anyMatch(text -> text.contains("tower 2")).anyMatch(text -> text.contains("p = "));
        assertThat(figure.width()).as("a narrow network's captions fit").isGreaterThan(300);
        assertThat(elements(FilterFigure.of(TinyModels.of(1, 1, backend)), "image")).as("gray, one tower").hasSize(1);
        assertThat(TowerColors.of(TinyModels.of(1, 2, backend))).as("gray").isEmpty();
    }

    @Test
    void aNetworkWithoutConv1IsRefused() {
        Model whole = TinyModels.of(1, 1, backend);
        Model model = TinyModels.without("conv1", backend);
        assertThat(FilterTiles.of(whole.network())).isPresent();
        assertThatIllegalArgumentException().isThrownBy(() -> FilterFigure.of(model)).withMessageContaining("conv1");
    }

    @Test
    void theTrueClassIsMarkedWhereItIsKnown() throws Exception {
        List<Score> best = List.of(new Score(1, .75f), new Score(0, .25f));
        Svg figure = PredictionFigure.of(List.of(TestImages.noise(8, 8, 1, 1), TestImages.noise(8, 8, 3, 2)),
                List.of(new Prediction("a.png", 0, 0.5f, best), new Prediction(HOSTILE, -1, 0, best)),
                TinyModels.CLASSES);

        List<Element> bars = elements(figure, "rect").stream().skip(1).toList(); // the first is the ground
        assertThat(bars).hasSize(4);
        assertThat(number(bars.get(0), "width")).isEqualTo(3 * number(bars.get(1), "width"));
        List<String> colors = bars.stream().map(bar -> bar.getAttribute("fill")).toList();
        assertThat(colors.get(1)).as("the true class").isNotEqualTo(colors.get(0));
        assertThat(colors.subList(2, 4)).containsOnly(colors.get(0));
        assertThat(texts(figure)).contains("cat", "75 %").anyMatch(text -> text.startsWith("<dog> & \"frien"));
    }

    @Test
    void predictionsAreThoseOfTheModel() throws Exception {
        Model model = TinyModels.of(3, 2, backend);
        List<Picture> pictures = IntStream.range(0, 20)
                .mapToObj(i -> new Picture(i + ".png", OptionalInt.of(i % 3), TestImages.noise(12, 12, 3, i))).toList();
        Svg figure = PredictionFigure.of(model, Views.CENTER, pictures, CODEC);
        assertThat(elements(figure, "image")).hasSize(20);
        assertThat(elements(figure, "rect")).hasSize(1 + 20 * 3);
    }

    @Test
    void namesCannotBecomeMarkup() throws Exception {
        Model model = TinyModels.of(1, 1, backend);
        Picture hostile = picture(HOSTILE, 1, OptionalInt.empty());
        NeighborFigure.Shown shown = new NeighborFigure.Shown(hostile.image(), HOSTILE, HOSTILE);
        List<Svg> figures = List.of(
                PredictionFigure.of(model, Views.CENTER, List.of(hostile), CODEC),
                ActivationFigure.of(model, hostile, "conv1", 4, CODEC),
                OcclusionFigure.of(model, List.of(hostile), new Occlusion.Square(4, 4)),
                NeighborFigure.of("fc7", List.of(new NeighborFigure.Row(shown, List.of(shown, shown)))));
        for (Svg figure : figures) {
            assertThat(figure.text()).doesNotContain("<script");
            assertThat(elements(figure, "script")).isEmpty();
            assertThat(elements(figure, "title").stream().map(Element::getTextContent)).contains(HOSTILE);
        }
    }

    @Test
    void noFigureNamesAFolder() throws Exception {
        Model model = TinyModels.of(1, 1, backend);
        Picture picture = picture("/home/secret/a.png", 1, OptionalInt.empty());
        NeighborFigure.Shown shown = new NeighborFigure.Shown(picture.image(), picture.name(), "cat");
        for (Svg figure : List.of(PredictionFigure.of(model, Views.CENTER, List.of(picture), CODEC),
                ActivationFigure.of(model, picture, "conv1", 4, CODEC),
                OcclusionFigure.of(model, List.of(picture), new Occlusion.Square(4, 4)),
                NeighborFigure.of("fc7", List.of(new NeighborFigure.Row(shown, List.of(shown)))))) {
            assertThat(figure.text()).doesNotContain("secret");
            assertThat(elements(figure, "title").stream().map(Element::getTextContent)).contains("a.png");
        }
    }

    @Test
    void theStrongestMapsComeFirst() {
        float[] values = {0, 1, 0, 0, 5, 0, 0, 0, 1, 1, 1, 1};
        assertThat(ActivationFigure.strongest(values, 4)).containsExactly(1, 2, 0);
    }

    @Test
    void activationsNeedALayerWithMaps() throws Exception {
        Model model = TinyModels.of(1, 1, backend);
        Picture picture = picture("a.png", 1, OptionalInt.empty());
        assertThat(texts(ActivationFigure.of(model, picture, "pool2", 3, CODEC))).hasSize(1 + 3);
        assertThatIllegalArgumentException().isThrownBy(() -> ActivationFigure.of(model, picture, "fc7", 3, CODEC))
                .withMessageContaining("fc7");
        assertThatIllegalArgumentException().isThrownBy(() -> ActivationFigure.of(model, picture, "covn3", 3, CODEC))
                .withMessageContaining("'covn3'").withMessageContaining("'conv3'");
    }

    @Test
    void theFolderOfAPictureTellsItsClass() throws Exception {
        for (String file : List.of("cat/1.png", "owl/2.png", "else/3.png")) {
            Files.createDirectories(folder.resolve(file).getParent());
            Files.write(folder.resolve(file), TestImages.Codec.file(15, 20, 100));
        }
        Files.writeString(folder.resolve("cat/broken.png"), "no picture at all");
        List<String> unreadable = new ArrayList<>();
        Model model = TinyModels.of(1, 1, backend);

        List<Picture> all = Picture.read(List.of(folder), CODEC, model.card(), unreadable::add);
        List<Picture> one = Picture.read(List.of(folder.resolve("owl/2.png")), CODEC, model.card(), unreadable::add);

        assertThat(all).extracting(Picture::name).containsExactlyInAnyOrder("cat/1.png", "owl/2.png", "else/3.png");
        assertThat(all).extracting(Picture::label).containsExactlyInAnyOrder(OptionalInt.of(0), OptionalInt.of(2),
                OptionalInt.empty());
        assertThat(all).allMatch(picture -> picture.image().width() == 12 && picture.image().height() == 12);
        assertThat(one).extracting(Picture::label).containsExactly(OptionalInt.of(2));
        assertThat(unreadable).singleElement().asString().contains("cat/broken.png");
    }
}
