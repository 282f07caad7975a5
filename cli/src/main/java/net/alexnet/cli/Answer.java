package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/// What `classify` says of a file, as its JSON has it.
sealed interface Answer {
    String file();

    /// A class and its probability.
    record Scored(@JsonProperty("class") String name, float probability) {}

    /// A picture.
    ///
    /// @param predictions the most probable classes, best first
    record Classified(String file, List<Scored> predictions) implements Answer {}

    /// A file that cannot be read.
    ///
    /// @param error why, in a few words
    record Unreadable(String file, String error) implements Answer {}
}
