/// The service: models behind the Open Inference Protocol, version 2.
///
/// A request is read into a [net.alexnet.server.service.WireRequest], whatever it came by; an
/// [net.alexnet.server.service.InferRequest] is the same after all checks. Its pictures are decoded on a bounded pool, wait
/// in the model's [net.alexnet.server.service.Batcher], and go through the network together with those of other requests.
/// [net.alexnet.server.service.ModelService] starts and stops all of it.
@NullMarked
package net.alexnet.server.service;

import org.jspecify.annotations.NullMarked;
