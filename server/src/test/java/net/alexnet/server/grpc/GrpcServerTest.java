package net.alexnet.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.alexnet.ImageClassifier;
import net.alexnet.Options;
import net.alexnet.server.Answered;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.Limits;
import net.alexnet.server.grpc.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import net.alexnet.server.grpc.ModelInferRequest.InferInputTensor;
import net.alexnet.server.grpc.ModelInferRequest.InferRequestedOutputTensor;
import net.alexnet.server.service.Fixtures;
import net.alexnet.server.service.ModelService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcServerTest {
    private static final String TOKEN = "0123456789abcdef0123";
    private static final byte[] CAT = Fixtures.picture("jpg", 1);
    private static final byte[] DOG = Fixtures.picture("png", 2);

    private static final List<Answered> answered = new CopyOnWriteArrayList<>();

    private static ModelService service;
    private static GrpcServer server;
    private static ImageClassifier library;
    private static ManagedChannel channel;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        service = Fixtures.tiny(folder, HttpSettings.defaults().token(TOKEN).listener(answered::add));
        server = GrpcServer.start(service, 0);
        library = ImageClassifier.load(folder.resolve("tiny.safetensors"), Options.defaults());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        server.close();
        service.close();
        library.close();
    }

    private static GRPCInferenceServiceBlockingStub stub(String authorization) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
        return GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static GRPCInferenceServiceBlockingStub stub() {
        return stub("Bearer " + TOKEN);
    }

    private static void assertRefused(Status.Code code, ModelInferRequest.Builder request, String... words) {
        assertThatThrownBy(() -> stub().modelInfer(request.build()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(code);
                    for (String word : words) {
                        assertThat(e.getStatus().getDescription()).contains(word);
                    }
                });
    }

    private static ModelInferRequest.Builder request(String datatype, long... shape) {
        InferInputTensor.Builder input = InferInputTensor.newBuilder().setName("image").setDatatype(datatype);
        for (long side : shape) {
            input.addShape(side);
        }
        return ModelInferRequest.newBuilder().setModelName("tiny").setId("7").addInputs(input);
    }

    @Test
    void rawContentsHaveTheLibrarysBits() throws Exception {
        ModelInferResponse answer = stub().modelInfer(request("BYTES", 2)
                .addRawInputContents(ByteString.copyFrom(Fixtures.elements(CAT, DOG))).build());
        assertThat(answer.getId()).isEqualTo("7");
        assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 5L);
        float[] both = Fixtures.floats(answer.getRawOutputContents(0).toByteArray());
        assertThat(java.util.Arrays.copyOfRange(both, 0, 5)).isEqualTo(library.classify(CAT).probabilities());
        assertThat(java.util.Arrays.copyOfRange(both, 5, 10)).isEqualTo(library.classify(DOG).probabilities());
    }

    @Test
    void typedContentsHaveTheLibrarysBits() throws Exception {
        ModelInferRequest.Builder request = request("BYTES", 1);
        request.getInputsBuilder(0).getContentsBuilder().addBytesContents(ByteString.copyFrom(CAT));
        request.addOutputs(InferRequestedOutputTensor.newBuilder().setName("fc7"))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("probabilities")
                        .putParameters("classification", InferParameter.newBuilder().setInt64Param(1).build()));
        ModelInferResponse answer = stub().modelInfer(request.build());
        List<Float> features = answer.getOutputs(0).getContents().getFp32ContentsList();
        float[] expected = library.features(CAT, "fc7");
        assertThat(features).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(features.get(i)).isEqualTo(expected[i]);
        }
        assertThat(answer.getOutputs(1).getContents().getBytesContents(0).toStringUtf8())
                .endsWith(library.classify(CAT).best().label());
        assertThat(answer.getRawOutputContentsCount()).isZero();
    }

    @Test
    void modelsAreDescribed() {
        assertThat(stub().serverMetadata(ServerMetadataRequest.getDefaultInstance()).getName()).isEqualTo("alexnet");
        ModelMetadataResponse model = stub().modelMetadata(ModelMetadataRequest.newBuilder().setName("tiny").build());
        assertThat(model.getInputs(0).getName()).isEqualTo("image");
        assertThat(model.getOutputs(0).getShapeList()).containsExactly(-1L, 5L);
        assertThat(stub().modelReady(ModelReadyRequest.newBuilder().setName("tiny").setVersion("1").build()).getReady())
                .isTrue();
        ModelConfig config = stub().modelConfig(ModelConfigRequest.newBuilder().setName("tiny").build()).getConfig();
        assertThat(config.getMaxBatchSize()).isEqualTo(32);
        assertThat(config.getOutput(0).getDimsList()).containsExactly(5L);
    }

    @Test
    void whatIsWrongHasItsStatus() {
        assertRefused(Status.Code.NOT_FOUND, request("BYTES", 1).setModelName("none"), "none");
        assertRefused(Status.Code.NOT_FOUND, request("BYTES", 1).setModelVersion("2"), "2");
        assertRefused(Status.Code.INVALID_ARGUMENT, request("BYTES", 1), "data");
        assertRefused(Status.Code.INVALID_ARGUMENT, request("BYTES", 1).addRawInputContents(ByteString.copyFrom(CAT)));
        assertRefused(Status.Code.INVALID_ARGUMENT,
                request("BYTES", 1).addRawInputContents(ByteString.EMPTY).addRawInputContents(ByteString.EMPTY), "2");
        ModelInferRequest.Builder loud = request("UINT8", 1, 32, 32, 3);
        loud.getInputsBuilder(0).getContentsBuilder().addUintContents(256);
        assertRefused(Status.Code.INVALID_ARGUMENT, loud, "256");
        assertRefused(Status.Code.RESOURCE_EXHAUSTED,
                request("BYTES", 1).addRawInputContents(ByteString.copyFrom(new byte[17 << 20])));
        assertLogged(413);
    }

    private static void assertLogged(int status) {
        for (int i = 0; i < 1000 && answered.stream().noneMatch(one -> one.status() == status); i++) {
            LockSupport.parkNanos(5_000_000);
        }
        assertThat(answered).extracting(Answered::status).contains(status);
    }

    @Test
    void onlyExtensionsThatAreThereAreClaimed() {
        assertThat(stub().serverMetadata(ServerMetadataRequest.getDefaultInstance()).getExtensionsList())
                .contains("binary_tensor_data").doesNotContain("statistics", "model_repository");
    }

    @Test
    void theCallersDeadlineIsTheRequests() {
        assertThatThrownBy(() -> stub().withDeadlineAfter(1, TimeUnit.NANOSECONDS).modelInfer(request("BYTES", 1)
                .addRawInputContents(ByteString.copyFrom(Fixtures.elements(CAT))).build()))
                .isInstanceOfSatisfying(StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
        assertThat(stub().withDeadlineAfter(1, TimeUnit.MINUTES).modelInfer(request("BYTES", 1)
                .addRawInputContents(ByteString.copyFrom(Fixtures.elements(CAT))).build()).getOutputsCount()).isOne();
    }

    @Test
    void messagesHaveATimeToArriveAndShareTheMemory(@TempDir Path folder) throws Exception {
        Limits few = Limits.defaults().times(Duration.ofSeconds(10), Duration.ofMillis(200)).bodies(1000);
        ModelService slow = Fixtures.tiny(folder, HttpSettings.defaults().limits(few));
        GrpcServer other = GrpcServer.start(slow, 0);
        int port = other.port();
        ManagedChannel client = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            for (int i = 0; i < 2; i++) { // the second finds the place free again
                CompletableFuture<Status> ended = new CompletableFuture<>();
                ClientCall<ServerLiveRequest, ServerLiveResponse> call = client
                        .newCall(GRPCInferenceServiceGrpc.getServerLiveMethod().toBuilder()
                                .setType(MethodType.BIDI_STREAMING).build(), CallOptions.DEFAULT); // sends headers first
                call.start(new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.complete(status);
                    }
                }, new Metadata());
                call.request(1);
                assertThat(ended.get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            }
            GRPCInferenceServiceBlockingStub stub = GRPCInferenceServiceGrpc.newBlockingStub(client);
            assertThatThrownBy(() -> stub.modelInfer(
                    request("BYTES", 1).addRawInputContents(ByteString.copyFrom(new byte[1001])).build()))
                    .isInstanceOfSatisfying(StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
            assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
        } finally {
            client.shutdownNow();
            slow.close();
        }
        assertThatThrownBy(() -> new Socket(InetAddress.ofLiteral("127.0.0.1"), port).close())
                .isInstanceOf(IOException.class); // it ended with the service
    }

    @Test
    void furtherConnectionsWaitUntilOneCloses(@TempDir Path folder) throws Exception {
        ModelService limited = Fixtures.tiny(folder,
                HttpSettings.defaults().limits(Limits.defaults().connections(2)));
        GrpcServer other = GrpcServer.start(limited, 0);
        List<ManagedChannel> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                clients.add(NettyChannelBuilder.forAddress("127.0.0.1", other.port()).usePlaintext().build());
            }
            assertThat(live(clients.get(0), 10_000)).isTrue();
            assertThat(live(clients.get(1), 10_000)).isTrue();
            assertThatThrownBy(() -> live(clients.get(2), 300)).isInstanceOfSatisfying(StatusRuntimeException.class,
                    e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
            assertThat(live(clients.get(0), 10_000)).as("the others are answered").isTrue();
            clients.get(1).shutdownNow();
            assertThat(live(clients.get(2), 10_000)).isTrue();
        } finally {
            clients.forEach(ManagedChannel::shutdownNow);
            limited.close();
        }
    }

    @Test
    void connectionsThatComeAtOnceAreLimited(@TempDir Path folder) throws Exception {
        ModelService limited = Fixtures.tiny(folder,
                HttpSettings.defaults().limits(Limits.defaults().connections(2)));
        GrpcServer other = GrpcServer.start(limited, 0);
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                clients.add(new Socket(InetAddress.getLoopbackAddress(), other.port()));
            }
            while (greeted(clients) < 2) {
                Thread.sleep(10);
            }
            Thread.sleep(300);
            assertThat(greeted(clients)).isEqualTo(2);
            for (Socket client : clients) {
                client.setSoLinger(true, 0);
                client.close();
            }
            ManagedChannel last = NettyChannelBuilder.forAddress("127.0.0.1", other.port()).usePlaintext().build();
            try {
                assertThat(live(last, 10_000)).isTrue();
            } finally {
                last.shutdownNow();
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
            limited.close();
        }
    }

    /// How many were accepted: those were sent the server's settings.
    private static long greeted(List<Socket> clients) throws IOException {
        long greeted = 0;
        for (Socket client : clients) {
            greeted += client.getInputStream().available() > 0 ? 1 : 0;
        }
        return greeted;
    }

    private static boolean live(ManagedChannel client, int milliseconds) {
        return GRPCInferenceServiceGrpc.newBlockingStub(client).withDeadlineAfter(milliseconds, TimeUnit.MILLISECONDS)
                .serverLive(ServerLiveRequest.getDefaultInstance()).getLive();
    }

    @Test
    void aTokenIsAskedForExceptByProbes() {
        GRPCInferenceServiceBlockingStub stranger = stub("Bearer " + TOKEN + "4");
        assertThat(stranger.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
        assertThat(stranger.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
        assertThatThrownBy(() -> stranger.serverMetadata(ServerMetadataRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
        assertLogged(401);
    }
}
