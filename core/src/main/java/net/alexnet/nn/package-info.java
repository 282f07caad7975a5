/// The network: its layers, their shapes and costs, and the forward and backward pass.
///
/// ```
/// AlexNet ──architecture()──▶ Architecture ──Network.initialize──▶ Network ──train, probabilities──▶ Backend
/// the layers, §3              shapes, parameters, multiply-adds     parameters, forward, backward
/// ```
///
/// Start reading at [net.alexnet.nn.AlexNet], beside figure 2 of the paper.
@NullMarked
package net.alexnet.nn;

import org.jspecify.annotations.NullMarked;
