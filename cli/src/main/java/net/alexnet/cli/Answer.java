package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `classify` says of a file, as its JSON has it.
sealed interface Answer {
    String file();

    /// A class and its probability.
    record Scored(@JsonProperty("class") String name, float probability) {}

    /// A picture.
    ///
    /// @param predictions the most probable classes, best first
    /// @param unsure with `--unsure`, whether it may show none of the classes
    /// @param unsureBelow with `--unsure`, the probability below which it may
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Classified(String file, List<Scored> predictions, @Nullable Boolean unsure, @Nullable Double unsureBelow)
            implements
                Answer {}

    /// A file that cannot be read.
    ///
    /// @param error why, in a few words
    record Unreadable(String file, String error) implements Answer {}
}
