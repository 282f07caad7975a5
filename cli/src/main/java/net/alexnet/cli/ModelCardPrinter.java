package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import module java.base;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Provenance;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Layer.DropoutScaling;
import org.jspecify.annotations.Nullable;

/// A model's card for a person and as JSON.
final class ModelCardPrinter {
    private static final int SHOWN = 3;

    private ModelCardPrinter() {}

    private record Pictures(int resize, int crop, List<Double> mean, boolean meanImage, List<Double> scale,
            String colorOrder) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Card(AlexNet.Variant variant, List<Integer> input, double dropout, DropoutScaling dropoutScaling,
            List<String> classes, List<String> wnids, Pictures preprocessing, String origin, @Nullable Integer views,
            @Nullable Provenance provenance, @Nullable List<String> untrained) {}

    static Object json(ModelCard card) {
        AlexNet network = card.network();
        Preprocessing how = card.preprocessing();
        return new Card(network.variant(), network.architecture().input().dims(), network.dropout(),
                network.dropoutScaling(), card.classes(), card.wnids(),
                new Pictures(how.resize(), how.crop(), how.mean(), how.meanImage().isPresent(), how.scale(),
                        card.colors()),
                card.origin(), card.views().orElse(null), card.provenance().orElse(null),
                card.untrained().isEmpty() ? null : card.untrained());
    }

    static List<String> lines(ModelCard card) {
        AlexNet network = card.network();
        List<String> lines = new ArrayList<>();
        lines.add("network: " + spelled(network.variant()) + ", " + network.architecture().input() + ", "
                + String.format(Locale.ROOT, "%,d parameters", network.architecture().parameters()));
        lines.add(String.format(Locale.ROOT, "classes: %,d, %s", card.classes().size(), first(card)));
        lines.add("pictures: " + card.pictures());
        if (network.dropout() > 0) {
            lines.add("dropout: " + network.dropout() + (network.dropoutScaling() == DropoutScaling.AT_TEST
                    ? ", as in 2012: outputs are scaled at test time"
                    : ", inverted: outputs are scaled during training"));
        }
        card.views().ifPresent(views -> lines.add("published accuracy: of "
                + (views == 1 ? "the center view" : views + " views")));
        lines.add("origin: " + card.origin());
        if (!card.untrained().isEmpty()) {
            lines.add("no trained weights of: " + String.join(", ", card.untrained()));
        }
        card.provenance().ifPresent(provenance -> {
            lines.add("sha256: " + provenance.sha256());
            if (provenance.license() != null) {
                lines.add("license: " + provenance.license());
            }
            if (provenance.address() != null) {
                lines.add("address: " + provenance.address());
            }
        });
        return lines;
    }

    /// The first classes, with their wnids.
    private static String first(ModelCard card) {
        return IntStream.range(0, Math.min(SHOWN, card.classes().size()))
                .mapToObj(i -> card.classes().get(i) + (card.wnids().isEmpty() ? "" : " (" + card.wnids().get(i) + ")"))
                .collect(Collectors.joining(", ")) + (card.classes().size() > SHOWN ? ", …" : "");
    }

    static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
