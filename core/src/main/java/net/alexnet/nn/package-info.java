/// The network: its layers, its tables, its shapes and costs, and the walk through it forward and backward.
///
/// ```
/// AlexNet ──architecture()──▶ Architecture ──Network.initialize──▶ Network ──train, probabilities──▶ Backend
/// the table, §3               shapes, parameters, multiply-adds     parameters, forward, backward
/// ```
///
/// Start reading at [net.alexnet.nn.AlexNet], beside figure 2 of the paper.
@NullMarked
package net.alexnet.nn;

import org.jspecify.annotations.NullMarked;
