/// How good a network is, by counting: top-1 and top-5 error (§1 of the paper), the confusions behind them, and the ranking of
/// classes for one picture.
///
/// Counts are summed over all pictures and divided once at the end; a last partial batch weighs what it holds.
@NullMarked
package net.alexnet.eval;

import org.jspecify.annotations.NullMarked;
