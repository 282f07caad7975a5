package net.alexnet.reproduce;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import module java.base;
import org.jspecify.annotations.Nullable;

/// The result of a claim, as `result.json` has it.
///
/// @param unit of `difference` and of all intervals
/// @param paperEffect in the same unit; null where the paper states none
/// @param comparison above 0 where the claim holds; null where too few runs are finished
/// @param judged which of the runs' values is compared
/// @param more what else was read, such as the best learning rate of each kind
/// @param runs that the result was computed from, and other finished runs of the same arms
/// @param holdsPaperEffect whether the interval over seeds holds the paper's effect; null without one of the two, or without width
/// @param diverged how many runs of its arms ended because their loss was no longer a number
/// @param builds the programs and machines that made the runs
/// @param seeds how many runs of each arm are finished: the least number
/// @param plannedSeeds how many each arm is to have
/// @param seconds that these runs took
@JsonInclude(JsonInclude.Include.NON_NULL)
record Result(String claim, String section, String statement, String paper, @Nullable Double paperEffect, String unit,
        Verdict verdict, @Nullable ArmDifference comparison, @Nullable Boolean holdsPaperEffect, String judged,
        Map<String, Object> more, List<Run> runs, int seeds, int plannedSeeds, int diverged, String note,
        List<String> builds,
        double seconds) {
    /// The key of `more` that has the errors of averages of networks by their seeds, such as `1+2`.
    static final String AVERAGES = "averages";

    /// The errors of averages of networks by their seeds; none in other claims.
    @JsonIgnore
    @SuppressWarnings("unchecked") // ClaimCheck put it there
    Map<String, Double> averages() {
        return (Map<String, Double>) more.getOrDefault(AVERAGES, Map.of());
    }

    /// One run, and what it shows in this claim.
    ///
    /// @param folder of the run, relative to that of the reproduction
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Run(String arm, int seed, String folder, SequencedMap<String, Double> values) {}
}
