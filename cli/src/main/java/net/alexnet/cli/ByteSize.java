package net.alexnet.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A number of bytes as an option's value: `1000000`, `256MB` (powers of 1000), `1GiB` (powers of 1024).
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12}) ?([a-zA-Z]*)");
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L, "b", 1L, "kb", 1000L, "mb", 1000_000L, "gb", 1000_000_000L, "kib", 1L << 10, "mib", 1L << 20,
            "gib", 1L << 30);

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || !UNITS.containsKey(form.group(2).toLowerCase(Locale.ROOT))) {
            throw new TypeConversionException("'" + text + "' is not a size such as 256MB or 1GiB");
        }
        long unit = UNITS.getOrDefault(form.group(2).toLowerCase(Locale.ROOT), 1L);
        try {
            return Math.multiplyExact(Long.parseLong(form.group(1)), unit);
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is more than any file can have");
        }
    }
}
