package net.alexnet.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import module java.base;
import net.alexnet.server.service.ModelService;
import org.jspecify.annotations.Nullable;

/// Asks for the token in the metadata `authorization`, except for the probes of liveness and readiness.
final class TokenInterceptor implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization",
            Metadata.ASCII_STRING_MARSHALLER);
    private static final Set<String> PROBES = Set.of("ServerLive", "ServerReady");
    private static final String BEARER = "Bearer ";

    private final Optional<byte[]> token;
    private final ModelService service;

    TokenInterceptor(Optional<String> token, ModelService service) {
        this.service = service;
        this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
            ServerCallHandler<Q, A> next) {
        if (token.isEmpty() || isProbe(call)
                || isToken(headers.get(AUTHORIZATION), token.get())) {
            return next.startCall(call, headers);
        }
        service.answered(InferenceService.refused(call.getMethodDescriptor().getFullMethodName(), 401));
        call.close(Status.UNAUTHENTICATED.withDescription(
                "this server needs a token: send the metadata 'authorization: Bearer TOKEN'"), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    static boolean isProbe(ServerCall<?, ?> call) {
        return PROBES.contains(call.getMethodDescriptor().getBareMethodName());
    }

    /// Takes a time that does not depend on where they differ.
    private static boolean isToken(@Nullable String sent, byte[] token) {
        return sent != null && sent.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(token,
                        sent.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
    }
}
