package org.testcontainers.junit.jupiter; @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME) public @interface Container {}
