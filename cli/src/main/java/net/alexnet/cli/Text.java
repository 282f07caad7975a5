package net.alexnet.cli;

import module java.base;
import net.alexnet.inference.ErrorInterval;
import net.alexnet.io.Texts;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Figures as a person reads and types them.
final class Text {
    private Text() {}

    /// `12.3 MB`, by powers of 1000.
    static String bytes(long bytes) {
        if (bytes < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
        }
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    /// `, top-5 error 1.20 %`; nothing if it is 0, as it always is with five classes or fewer.
    static String top5(double error, DoubleFunction<String> form) {
        return error == 0 ? "" : ", top-5 error " + form.apply(error);
    }

    /// A percentage and how sure it is: `12.30 % (10.4 to 14.5)`.
    static String percent(double fraction, ErrorInterval interval) {
        return Texts.percent(fraction) + " (" + interval.percent() + ")";
    }

    /// A number of bytes as an option's value: `1000000`, `256MB` (powers of 1000), `1GiB` (powers of 1024).
    static final class ByteSize implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,12}) ?(?:b|([kmg])(i?)b)?",
                Pattern.CASE_INSENSITIVE);

        @Override
        public Long convert(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                throw new TypeConversionException("'" + text + "' is not a size such as 256MB or 1GiB");
            }
            String prefix = form.group(2) == null ? "" : form.group(2).toLowerCase(Locale.ROOT);
            int power = prefix.isEmpty() ? 0 : 1 + "kmg".indexOf(prefix);
            try {
                return Math.multiplyExact(Long.parseLong(form.group(1)),
                        (long) Math.pow("i".equalsIgnoreCase(form.group(3)) ? 1024 : 1000, power));
            } catch (ArithmeticException e) {
                throw new TypeConversionException("'" + text + "' is too large for a size");
            }
        }
    }
}
