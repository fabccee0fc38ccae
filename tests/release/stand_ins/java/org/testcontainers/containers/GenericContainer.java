package org.testcontainers.containers;

import java.net.URI;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** Has the part of Testcontainers that the example uses. A container is a server that runs already. */
public class GenericContainer<SELF extends GenericContainer<SELF>> {
    private final URI url = URI.create(System.getenv("STAND_IN_URL"));

    public GenericContainer(DockerImageName image) {}

    @SuppressWarnings("unchecked")
    private SELF self() {
        return (SELF) this;
    }

    public SELF withExposedPorts(Integer... ports) {
        return self();
    }

    public SELF withEnv(String name, String value) {
        if (!value.equals(System.getenv(name))) throw new AssertionError("the server has no " + name + "=" + value);
        return self();
    }

    public void start() {}

    public SELF waitingFor(Wait.HttpWaitStrategy strategy) {
        return self();
    }

    public String getHost() {
        return url.getHost();
    }

    public Integer getMappedPort(int port) {
        return url.getPort();
    }
}
