/// §5 of the paper, the details of learning: momentum SGD with the rate and the decay inside the velocity, and the
/// schedules that lower the rate. The rule itself is [net.alexnet.tensor.Backend#update].
@NullMarked
package net.alexnet.optim;

import org.jspecify.annotations.NullMarked;
