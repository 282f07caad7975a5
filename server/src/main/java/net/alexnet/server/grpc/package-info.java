/// The service over gRPC: the same requests, answers, limits and token as over HTTP. The messages are made from
/// `inference.proto`.
@NullMarked
package net.alexnet.server.grpc;

import org.jspecify.annotations.NullMarked;
