package net.alexnet.server.grpc;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import module java.base;

/// Accepts at most so many connections on all addresses together; further ones wait until one closes, as they do over HTTP.
/// gRPC itself has no such limit.
final class ConnectionLimit {
    private final int most;
    private final List<Channel> listening = new ArrayList<>();
    private int open;

    /// @param most the most connections, at least 1
    ConnectionLimit(int most) {
        this.most = most;
    }

    /// What listens on one address.
    synchronized ServerChannel channel() {
        NioServerSocketChannel channel = new NioServerSocketChannel();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object accepted) {
                opened();
                var _ = ((Channel) accepted).closeFuture().addListener((ChannelFutureListener) _ -> closed());
                context.fireChannelRead(accepted);
            }
        });
        listening.add(channel);
        return channel;
    }

    private synchronized void opened() {
        open++;
        accept(open < most);
    }

    private synchronized void closed() {
        open--;
        accept(open < most);
    }

    private void accept(boolean more) {
        listening.forEach(channel -> channel.config().setAutoRead(more));
    }
}
