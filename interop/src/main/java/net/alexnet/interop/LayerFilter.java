package net.alexnet.interop;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which layers are taken from a file: those whose names one of these patterns matches, with `*` for any letters and `?`
/// for one. The source's `initw` chose layers in the same way, for a warm start.
///
/// @param patterns such as `conv*`; each must match a layer
public record LayerFilter(List<String> patterns) {
    private static final List<String> LAYERS = WeightLayout.PAPER.parameters().stream().map(LayerFilter::layer)
            .distinct()
            .toList();

    /// Every layer.
    public static final LayerFilter ALL = new LayerFilter(List.of("*"));

    public LayerFilter {
        patterns = List.copyOf(patterns);
        if (patterns.isEmpty()) {
            throw new ImportException("no layer is named; there are " + String.join(", ", LAYERS));
        }
        for (String pattern : patterns) {
            if (LAYERS.stream().noneMatch(layer -> matches(pattern, layer))) {
                throw new ImportException("no layer matches '" + pattern + "'; there are " + String.join(", ", LAYERS));
            }
        }
    }

    /// From patterns with commas between them.
    public static LayerFilter of(List<String> lists) {
        return new LayerFilter(lists.stream().flatMap(list -> Arrays.stream(list.split(","))).map(String::strip)
                .filter(pattern -> !pattern.isEmpty()).toList());
    }

    /// @param parameter such as `conv1.weight`, or the layer's own name
    boolean takes(String parameter) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, layer(parameter)));
    }

    private static String layer(String parameter) {
        return parameter.split("\\.", 2)[0];
    }

    private static boolean matches(String pattern, String layer) {
        String expression = Pattern.compile("[^*?]+").matcher(pattern)
                .replaceAll(literal -> Matcher.quoteReplacement(Pattern.quote(literal.group())));
        return layer.matches(expression.replace("*", ".*").replace("?", "."));
    }
}
