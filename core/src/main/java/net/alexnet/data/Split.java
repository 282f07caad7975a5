package net.alexnet.data;

import java.util.Locale;

/// The two parts of a prepared dataset.
enum Split {
    TRAINING("train"), VALIDATION("val");

    private final String prefix;

    Split(String prefix) {
        this.prefix = prefix;
    }

    /// How reports and files call it.
    String prefix() {
        return prefix;
    }

    /// The file of a shard, counted from 0.
    String shardFile(int number) {
        return String.format(Locale.ROOT, "%s-%06d.tar", prefix, number);
    }
}
