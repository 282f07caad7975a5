/// How good networks are, by counting: top-1 and top-5 error (§1 of the paper), the confusions behind them, and the ranking of
/// classes for one picture.
///
/// ```
/// pictures → views → a network's probabilities → mean over the views ┐
/// pictures → views → a network's probabilities → mean over the views ┴→ mean over the networks → Scores, Answer
/// ```
///
/// Counts are summed over all pictures and divided once at the end; a last partial batch weighs what it holds.
///
/// Start reading at [net.alexnet.eval.Ensemble].
@NullMarked
package net.alexnet.eval;

import org.jspecify.annotations.NullMarked;
