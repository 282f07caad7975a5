package net.alexnet.server.grpc;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import module java.base;

/// Accepts at most so many connections on all addresses together; further ones wait until one
/// closes, as they do over HTTP. gRPC itself has no such limit.
///
/// gRPC makes all that listens on one event loop, which therefore is the only thread here.
final class ConnectionLimit {
    private final int most;
    private final List<Channel> listening = new ArrayList<>();
    private int open;

    /// @param most the most connections, at least 1
    ConnectionLimit(int most) {
        this.most = most;
    }

    /// What listens on one address.
    ServerChannel channel() {
        NioServerSocketChannel listener = new NioServerSocketChannel();
        // Else up to 16 are accepted before the first is seen here.
        listener.config().setRecvByteBufAllocator(new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(1));
        listener.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object accepted) {
                count(1);
                var _ = ((Channel) accepted).closeFuture().addListener((ChannelFutureListener) _ -> {
                    if (listener.isOpen()) { // else its loop may have ended
                        listener.eventLoop().execute(() -> count(-1));
                    }
                });
                context.fireChannelRead(accepted);
            }
        });
        listening.add(listener);
        return listener;
    }

    private void count(int more) {
        open += more;
        listening.forEach(channel -> channel.config().setAutoRead(open < most));
    }
}
