package net.alexnet.reproduce;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Objects;

/// What an experiment says of a claim, by the interval over seeds and pictures, or by that over seeds where no pictures are told
/// apart.
enum Verdict {
    /// The whole interval is on the side of the claim.
    AGREES,
    /// The whole interval is on the other side.
    CONTRARY,
    /// The interval holds 0 or has no width, or there are too few seeds for one.
    NOT_RESOLVED,
    /// These pictures cannot test the claim.
    NOT_TESTED;

    /// @param comparison whose difference is above 0 where the claim holds
    /// @param oneSet whether the claim needs no repetition over seeds; if there is no interval over seeds, the verdict then uses
    ///     the interval over pictures
    static Verdict of(ArmDifference comparison, boolean oneSet) {
        Interval seeds = comparison.seeds();
        Interval interval = seeds == null
                ? oneSet ? comparison.pictures() : null
                : seeds.hasWidth() ? Objects.requireNonNullElse(comparison.seedsAndPictures(), seeds) : null;
        if (interval == null || !interval.excludesZero()) {
            return NOT_RESOLVED;
        }
        return interval.low() > 0 ? AGREES : CONTRARY;
    }

    @JsonValue
    String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
