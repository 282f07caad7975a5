package net.alexnet.exchange;

import java.util.Locale;
import net.alexnet.net.AlexNet.Table;

/// Tables as a user spells them.
final class Tables {
    private Tables() {}

    static String spelled(Table table) {
        return table.name().toLowerCase(Locale.ROOT);
    }
}
