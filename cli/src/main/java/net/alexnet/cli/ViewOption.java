package net.alexnet.cli;

import java.util.Optional;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Views;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The option that says which views of a picture are averaged.
final class ViewOption {
    @Option(names = "--views", paramLabel = "1|10", defaultValue = "1", converter = Converter.class, description = "1 for the center of a picture; 10 to average over its four corners, its center and their mirror images, as"
            + " the paper does. Default: ${DEFAULT-VALUE}.")
    private Views views = Views.CENTER;

    Views views() {
        return views;
    }

    /// As [Views#note].
    Optional<String> note(Preprocessing preprocessing) {
        return views.note(preprocessing);
    }

    static final class Converter implements ITypeConverter<Views> {
        @Override
        public Views convert(String text) {
            for (Views views : Views.values()) {
                if (text.equals(String.valueOf(views.count()))) {
                    return views;
                }
            }
            throw new TypeConversionException("expected 1 or 10, found '" + text + "'");
        }
    }
}
