package net.alexnet.cli;

import java.util.Optional;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Views;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The option that says where a network looks; mixed into every command that uses one.
final class ViewOption {
    @Option(names = "--views", paramLabel = "1|10", defaultValue = "1", converter = Converter.class, description = "1 looks at the centre of a picture; 10 averages over its four corners and centre and their mirror images,"
            + " as the paper does. Default: ${DEFAULT-VALUE}.")
    private Views views = Views.CENTER;

    Views views() {
        return views;
    }

    /// What a user should know who asked for ten views and gets fewer.
    Optional<String> note(Preprocessing preprocessing) {
        return views == Views.TEN && preprocessing.crop() == preprocessing.resize()
                ? Optional.of("the network sees all of a picture's " + preprocessing.resize() + " × "
                        + preprocessing.resize() + " pixels, so its ten views are only two: the picture and its mirror"
                        + " image")
                : Optional.empty();
    }

    static final class Converter implements ITypeConverter<Views> {
        @Override
        public Views convert(String text) {
            for (Views views : Views.values()) {
                if (text.equals(String.valueOf(views.count()))) {
                    return views;
                }
            }
            throw new TypeConversionException("expected 1 (the centre) or 10 (corners, centre and their mirror images),"
                    + " found '" + text + "'");
        }
    }
}
