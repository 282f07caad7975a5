package net.alexnet.exchange;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which layers are taken from a file: those whose names one of these patterns matches, with `*` for any letters and `?`
/// for one. The source's `initw` chose layers in the same way, for a warm start.
///
/// @param patterns such as `conv*`; each must match a layer
public record LayerChoice(List<String> patterns) {
    private static final List<String> LAYERS = Dialect.PAPER.parameters().stream().map(LayerChoice::layer).distinct()
            .toList();

    /// Every layer.
    public static final LayerChoice ALL = new LayerChoice(List.of("*"));

    public LayerChoice {
        patterns = List.copyOf(patterns);
        if (patterns.isEmpty()) {
            throw new ChoiceException("no layer is named; there are " + String.join(", ", LAYERS));
        }
        for (String pattern : patterns) {
            if (LAYERS.stream().noneMatch(layer -> matches(pattern, layer))) {
                throw new ChoiceException("no layer matches '" + pattern + "'; there are " + String.join(", ", LAYERS));
            }
        }
    }

    /// From patterns with commas between them.
    public static LayerChoice of(List<String> lists) {
        return new LayerChoice(lists.stream().flatMap(list -> Arrays.stream(list.split(","))).map(String::strip)
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
