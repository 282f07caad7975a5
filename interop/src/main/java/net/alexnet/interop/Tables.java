package net.alexnet.interop;

import java.util.Locale;
import net.alexnet.nn.AlexNet.Table;

/// Tables as a user spells them.
final class Tables {
    private Tables() {}

    static String spelled(Table table) {
        return table.name().toLowerCase(Locale.ROOT);
    }
}
