package net.alexnet.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Provenance;
import net.alexnet.interop.ImportResult;
import net.alexnet.nn.AlexNet;

/// A model's card as a person and a program read it.
final class ModelCardPrinter {
    private static final int SHOWN = 3;

    private ModelCardPrinter() {}

    static List<String> lines(ModelCard card) {
        List<String> lines = new ArrayList<>();
        lines.add("network: " + spelled(card.network().variant()) + ", " + card.network().architecture().input() + ", "
                + String.format(Locale.ROOT, "%,d parameters", card.network().architecture().parameters()));
        lines.add(String.format(Locale.ROOT, "classes: %,d, %s", card.classes().size(), first(card)));
        lines.add("pictures: " + pictures(card.preprocessing()));
        if (card.network().dropout() > 0) {
            lines.add("dropout: " + card.network().dropout() + ", " + dropout(card.network()));
        }
        card.views().ifPresent(views -> lines.add("published figures: of " + (views == 1
                ? "the centre view"
                : views
                        + " views")));
        lines.add("origin: " + card.origin());
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

    private static String dropout(AlexNet network) {
        return switch (network.dropoutScaling()) {
            case AT_TEST -> "as in 2012: made up for at test time";
            case AT_TRAINING -> "inverted: made up for while training";
        };
    }

    /// The first classes, with their wnids.
    private static String first(ModelCard card) {
        return IntStream.range(0, Math.min(SHOWN, card.classes().size()))
                .mapToObj(i -> card.classes().get(i) + (card.wnids().isEmpty() ? "" : " (" + card.wnids().get(i) + ")"))
                .collect(Collectors.joining(", ")) + (card.classes().size() > SHOWN ? ", …" : "");
    }

    private static String pictures(Preprocessing how) {
        return "shorter side to " + how.resize() + ", middle square, view of " + how.crop() + ", "
                + (how.channels() == 3 ? ModelCard.COLOR_ORDER : "gray") + ", less "
                + how.meanImage().map(_ -> "a mean image (on average " + rounded(how.mean()) + ")")
                        .orElseGet(() -> "the mean " + rounded(how.mean()))
                + (how.scale().stream().allMatch(factor -> factor == 1) ? "" : ", times " + rounded(how.scale()));
    }

    private static String rounded(List<Double> values) {
        List<Double> shown = values.stream().distinct().count() == 1 ? values.subList(0, 1) : values;
        return shown.stream().map(value -> String.format(Locale.ROOT, "%.5g", value)).collect(Collectors.joining(", "));
    }

    static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /// The card for `--json`.
    static Map<String, Object> object(ModelCard card) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("variant", spelled(card.network().variant()));
        object.put("input", card.network().architecture().input().dims());
        object.put("dropout", card.network().dropout());
        object.put("dropout_scaling", spelled(card.network().dropoutScaling()));
        object.put("classes", card.classes());
        object.put("wnids", card.wnids());
        Map<String, Object> pictures = new LinkedHashMap<>();
        Preprocessing how = card.preprocessing();
        pictures.put("resize", how.resize());
        pictures.put("crop", how.crop());
        pictures.put("mean", how.mean());
        pictures.put("mean_image", how.meanImage().isPresent());
        pictures.put("scale", how.scale());
        pictures.put("color_order", how.channels() == 3 ? ModelCard.COLOR_ORDER : "gray");
        object.put("preprocessing", pictures);
        object.put("origin", card.origin());
        card.views().ifPresent(views -> object.put("views", views));
        card.provenance().ifPresent((Provenance provenance) -> object.put("provenance", provenance));
        return object;
    }

    /// An import for `--json`.
    static Map<String, Object> object(Path out, ImportResult imported) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", out.toString());
        object.put("card", object(imported.card()));
        object.put("layers", imported.layers().stream().map(layer -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", layer.layer());
            one.put("weight", layer.weight().dims());
            one.put("initialized", layer.tensor().isEmpty());
            layer.tensor().ifPresent(tensor -> one.put("tensor", tensor));
            return one;
        }).toList());
        return object;
    }
}
