package net.alexnet.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import net.alexnet.server.service.ModelService;

/// Counts and logs calls whose message is larger than allowed: the library refuses them before anything else sees them.
final class TooLargeMessages extends ServerStreamTracer.Factory {
    private final ModelService service;

    TooLargeMessages(ModelService service) {
        this.service = service;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new ServerStreamTracer() {
            private volatile boolean read;

            @Override
            public void inboundMessageRead(int sequence, long wireBytes, long bytes) {
                read = true;
            }

            @Override
            public void streamClosed(Status status) {
                if (!read && status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                    service.answered(InferenceService.refused(method, 413));
                }
            }
        };
    }
}
