package net.alexnet.interop;

import java.util.Locale;
import net.alexnet.nn.AlexNet.Variant;

/// Tables as a user spells them.
final class Tables {
    private Tables() {}

    static String spelled(Variant table) {
        return table.name().toLowerCase(Locale.ROOT);
    }
}
