package net.alexnet.server.grpc;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import net.alexnet.server.Answered;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.service.ModelMetadata;
import net.alexnet.server.service.ModelMetadata.TensorMetadata;
import net.alexnet.server.service.ModelService;

/// The calls of the protocol. Each runs on a virtual thread of its own and may block.
final class InferenceService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    /// The protocol's extensions that are there over gRPC, too.
    private static final List<String> EXTENSIONS = List.of("binary_tensor_data", "classification",
            "model_configuration", "parameters");

    private final ModelService service;

    InferenceService(ModelService service) {
        this.service = service;
    }

    private interface Answer<T> {
        T get() throws Exception;
    }

    private <T> void answer(String call, StreamObserver<T> observer, Answer<T> answer) {
        long start = System.nanoTime();
        try {
            observer.onNext(answer.get());
            observer.onCompleted();
            tell(call, start, 200, Optional.empty(), Optional.empty());
        } catch (HttpFailure e) {
            observer.onError(status(e).withDescription(e.getMessage()).asRuntimeException());
            tell(call, start, e.status(), Optional.empty(), Optional.empty());
        } catch (InterruptedException e) {
            observer.onError(Status.UNAVAILABLE.withDescription("the server is stopping").asRuntimeException());
        } catch (Exception | Error e) {
            String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
            observer.onError(Status.INTERNAL.withDescription("the server failed; its log says why, under the id " + id)
                    .asRuntimeException());
            tell(call, start, 500, Optional.of(id), Optional.of(e));
        }
    }

    /// For the log, in the words of HTTP.
    private void tell(String call, long start, int status, Optional<String> id, Optional<Throwable> failure) {
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        service.answered(new Answered(Instant.now().minus(time), "", "GRPC",
                "/" + GRPCInferenceServiceGrpc.SERVICE_NAME + "/" + call, status, 0, 0, time, id, failure));
    }

    /// A call that ended before it was here.
    ///
    /// @param method with the service's name
    static Answered refused(String method, int status) {
        return new Answered(Instant.now(), "", "GRPC", "/" + method, status, 0, 0, Duration.ZERO, Optional.empty(),
                Optional.empty());
    }

    private static Status status(HttpFailure failure) {
        return switch (failure.status()) {
            case 404 -> Status.NOT_FOUND;
            case 413 -> Status.RESOURCE_EXHAUSTED;
            case 501 -> Status.UNIMPLEMENTED;
            case 503 -> Status.UNAVAILABLE;
            case 504 -> Status.DEADLINE_EXCEEDED;
            default -> Status.INVALID_ARGUMENT;
        };
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
        answer("ServerLive", observer, () -> ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
        answer("ServerReady", observer, () -> ServerReadyResponse.newBuilder().setReady(service.isReady()).build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
        answer("ModelReady", observer, () -> {
            service.metadata(request.getName(), request.getVersion());
            return ModelReadyResponse.newBuilder().setReady(true).build();
        });
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
        answer("ServerMetadata", observer, () -> ServerMetadataResponse.newBuilder().setName("alexnet")
                .setVersion(service.settings().version()).addAllExtensions(EXTENSIONS).build());
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
        answer("ModelMetadata", observer, () -> {
            ModelMetadata model = service.metadata(request.getName(), request.getVersion());
            return ModelMetadataResponse.newBuilder().setName(model.name()).addAllVersions(model.versions())
                    .setPlatform(model.platform())
                    .addAllInputs(model.inputs().stream().map(InferenceService::tensor).toList())
                    .addAllOutputs(model.outputs().stream().map(InferenceService::tensor).toList()).build();
        });
    }

    private static ModelMetadataResponse.TensorMetadata tensor(TensorMetadata tensor) {
        return ModelMetadataResponse.TensorMetadata.newBuilder().setName(tensor.name()).setDatatype(tensor.datatype())
                .addAllShape(tensor.shape()).build();
    }

    @Override
    public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> observer) {
        answer("ModelConfig", observer, () -> {
            ModelMetadata model = service.metadata(request.getName(), request.getVersion());
            ModelConfig.Builder config = ModelConfig.newBuilder().setName(model.name()).setPlatform(model.platform())
                    .setMaxBatchSize(service.settings().maxPictures());
            config.addInput(ModelInput.newBuilder().setName(model.inputs().getFirst().name())
                    .setDataType(DataType.TYPE_STRING).addDims(1));
            TensorMetadata output = model.outputs().getFirst();
            config.addOutput(ModelOutput.newBuilder().setName(output.name()).setDataType(DataType.TYPE_FP32)
                    .addDims(output.shape().getLast()));
            return ModelConfigResponse.newBuilder().setConfig(config).build();
        });
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
        ((ServerCallStreamObserver<ModelInferResponse>) observer).setOnCancelHandler(() -> {}); // as below
        answer("ModelInfer", observer, () -> {
            Context context = Context.current();
            Optional<Duration> time = Optional.ofNullable(context.getDeadline())
                    .map(deadline -> Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS))));
            Thread thread = Thread.currentThread();
            Context.CancellationListener interrupt = _ -> thread.interrupt(); // the client waits no longer
            context.addListener(interrupt, Runnable::run);
            try {
                return Messages.response(service.infer(request.getModelName(), request.getModelVersion(),
                        Messages.request(request), time, MessageLimits.MEMORY.get()),
                        request.getRawInputContentsCount() > 0);
            } finally {
                context.removeListener(interrupt);
                Thread.interrupted(); // it came too late to matter
            }
        });
    }
}
