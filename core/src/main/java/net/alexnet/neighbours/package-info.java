/// Pictures that a network takes for alike, §6.1 and figure 4 of the paper: those whose features are nearest by Euclidean
/// distance.
///
/// Start reading at [net.alexnet.neighbours.ExactSearch].
@NullMarked
package net.alexnet.neighbours;

import org.jspecify.annotations.NullMarked;
