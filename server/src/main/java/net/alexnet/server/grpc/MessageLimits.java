package net.alexnet.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import module java.base;
import net.alexnet.server.BodyMemory;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Limits;
import net.alexnet.server.service.ModelService;

/// Limits what messages take. A message has as long as a body of HTTP to arrive, and while it arrives its call has one of a
/// few places. Once it is there, it counts against the memory that requests of HTTP have, too.
final class MessageLimits implements ServerInterceptor, AutoCloseable {
    /// What the current call takes of the memory.
    static final Context.Key<BodyMemory.Share> MEMORY = Context.key("memory");

    private static final int PROBES = 4;

    private final Limits limits;
    private final BodyMemory memory;
    /// As many as the largest messages fill the memory of all.
    private final Semaphore places;
    /// For calls without a token, which so cannot take the places of others.
    private final Semaphore probes = new Semaphore(PROBES, true);
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("grpc-clock").factory());

    MessageLimits(Limits limits, ModelService service) {
        this.limits = limits;
        this.memory = service.memory();
        this.places = new Semaphore(Math.clamp(limits.bodies() / limits.body(), 1, 1024), true);
        clock.setRemoveOnCancelPolicy(true);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
            ServerCallHandler<Q, A> next) {
        Semaphore places = TokenInterceptor.isProbe(call) ? probes : this.places;
        try {
            if (!places.tryAcquire(limits.bodyTime().toMillis(), TimeUnit.MILLISECONDS)) {
                call.close(Status.UNAVAILABLE.withDescription("the messages of other calls arrive too slowly"),
                        new Metadata());
                return new ServerCall.Listener<>() {};
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            call.close(Status.UNAVAILABLE.withDescription("the server is stopping"), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        BodyMemory.Share share = memory.new Share();
        Arrival<Q> arrival = new Arrival<>(call,
                Contexts.interceptCall(Context.current().withValue(MEMORY, share), call, headers, next), share, places);
        arrival.deadline = clock.schedule(arrival::late, limits.bodyTime().toMillis(), TimeUnit.MILLISECONDS);
        return arrival;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    /// A call, which has a place until its message is there.
    private final class Arrival<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private final BodyMemory.Share share;
        private final Semaphore places;
        private final AtomicBoolean hasPlace = new AtomicBoolean(true);
        private volatile boolean refused;
        private volatile Future<?> deadline = CompletableFuture.completedFuture(null);

        Arrival(ServerCall<Q, ?> call, ServerCall.Listener<Q> next, BodyMemory.Share share, Semaphore places) {
            super(next);
            this.call = call;
            this.share = share;
            this.places = places;
        }

        /// Gives the place back; true for the first who does.
        private boolean leave() {
            boolean first = hasPlace.compareAndSet(true, false);
            if (first) {
                deadline.cancel(false);
                places.release();
            }
            return first;
        }

        private void refuse(Status status) {
            refused = true;
            call.close(status, new Metadata());
        }

        private void late() {
            if (leave()) {
                refuse(Status.DEADLINE_EXCEEDED.withDescription(
                        "the message did not arrive within " + limits.bodyTime().toSeconds() + " s"));
            }
        }

        @Override
        public void onMessage(Q message) {
            if (!leave()) {
                return; // it came late
            }
            try {
                share.take(message instanceof MessageLite sized ? sized.getSerializedSize() : 0);
            } catch (HttpFailure e) {
                refuse(Status.UNAVAILABLE.withDescription(e.getMessage()));
                return;
            }
            super.onMessage(message);
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }

        @Override
        public void onComplete() {
            leave();
            share.close();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            leave();
            share.close();
            super.onCancel();
        }
    }
}
