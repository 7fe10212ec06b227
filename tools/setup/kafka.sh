# shellcheck shell=bash disable=SC2154
# Java (found, never installed), Maven, and the Kafka broker from its Maven jars.

java_version() { "$1" -version 2>&1 | sed -n 's/^[^ ]* version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | head -n 1; }

# The first Java that is new enough: JAVA_HOME, then PATH, then where Debian puts them.
find_java() {
  local candidate version found=
  for candidate in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    [ -x "$candidate" ] || continue
    version=$(java_version "$candidate")
    if [ "${version:-0}" -ge "$JAVA_MINIMUM" ]; then
      java=$(readlink -f "$candidate")
      link "$java" java
      return
    fi
    found=${found:-"Java ${version:-of an unknown version} at $candidate"}
  done
  fail "Java $JAVA_MINIMUM or newer is needed for Kafka, but ${found:-no Java} was found: run \"apt-get install openjdk-17-jre-headless\" or set JAVA_HOME to a newer Java, then run the same command again."
}

# Maven of the machine, else Debian's in the cache. Java packages are left out: Maven uses the Java found above.
find_maven() {
  local dir
  maven=$(command -v mvn || true)
  [ -z "$maven" ] || return 0
  has_apt || fail "Maven was not found and this is not Debian: install Maven with the system's package manager and run the same command again."
  dir="$cache/maven-$(release)"
  [ -d "$dir" ] ||
    step maven "unpacking Debian's Maven into the cache (no system Maven found)" \
      locked maven install_dir "$dir" unpack_debian 'openjdk-|default-j|java-common|ca-certificates-java' maven
  maven="$dir/usr/share/maven/bin/mvn"
}

copy_jars() {
  local dir=$1 project=$2
  # Maven writes below the project's directory, so the project file is copied out of the checkout.
  cp "$root/tools/setup/kafka/$project.xml" "$dir/pom.xml"
  # --strict-checksums: a damaged jar is an error. The user's own settings.xml is read (it may name a mirror).
  JAVA_HOME=$(dirname "$(dirname "$java")") MAVEN_SKIP_RC=1 "$maven" -B -q --strict-checksums -f "$dir/pom.xml" \
    -Dmaven.repo.local="$cache/maven-repository" -Dkafka.version="$KAFKA_VERSION" -Dslf4j.version="$SLF4J_VERSION" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy-dependencies" -DincludeScope=runtime -DoutputDirectory="$dir/libs"
}

fill_kafka() {
  logged kafka.log copy_jars "$1" pom || explain kafka.log "Kafka $KAFKA_VERSION" "the Maven repository"
  rm -f "$1/pom.xml"
}

# install_jars NAME WHAT FILL: $tools/NAME, by FILL unless the cache has it.
install_jars() {
  local name=$1 what=$2 fill=$3 dir="$cache/$1-$KAFKA_VERSION"
  if [ ! -d "$dir/libs" ]; then
    find_maven
    step "$name" "fetching $what with Maven" locked kafka install_dir "$dir" "$fill"
  fi
  ln -sfn "$dir" "$tools/$name"
}

install_kafka() {
  install_jars kafka "the jars of Kafka $KAFKA_VERSION (about 45 MB)" fill_kafka
  [ -f "$(archive_file)" ] || step kafka-archive "preparing a class-data archive (starts Kafka twice as fast)" locked kafka make_archive
  ln -sfn "$(archive_file)" "$tools/kafka-classes.jsa"
}

# The archive fits one build of Java only, so the build is part of its name.
archive_file() {
  echo "$cache/kafka-$KAFKA_VERSION/classes-$("$java" -version 2>&1 | sha256sum | cut -c1-12).jsa"
}

# Runs a broker once with the very command line that the stack uses. Without an archive Kafka starts all the same, slower.
make_archive() {
  local archive
  archive=$(archive_file)
  if [ -f "$archive" ]; then return; fi
  # Node is installed at the same time as Kafka; when that fails the whole set-up is stopped.
  until [ -x "$tools/bin/node" ]; do sleep 0.2; done
  logged kafka-archive.log "$tools/bin/node" "$root/tools/stack/src/kafka-archive.ts" "$archive" ||
    say "kafka-archive: could not be made; Kafka will start more slowly (log: $tools/logs/kafka-archive.log)"
}

# Kafka's performance tools are one more jar, which needs those of the broker; only make bench uses it.
copy_tools() {
  JAVA_HOME=$(dirname "$(dirname "$java")") MAVEN_SKIP_RC=1 "$maven" -B -q --strict-checksums -Dmaven.repo.local="$cache/maven-repository" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy" \
    -Dartifact="org.apache.kafka:kafka-tools:$KAFKA_VERSION" -DoutputDirectory="$1/libs"
}

fill_kafka_tools() {
  logged kafka-tools.log copy_tools "$1" || explain kafka-tools.log "Kafka's tools $KAFKA_VERSION" "the Maven repository"
}

install_kafka_tools() { install_jars kafka-tools "Kafka's performance tools $KAFKA_VERSION" fill_kafka_tools; }

# MirrorMaker copies one Kafka's log to another, for the rehearsal of a lost region only. Its jars bring their own libraries.
fill_kafka_mirror() {
  logged kafka-mirror.log copy_jars "$1" mirror || explain kafka-mirror.log "MirrorMaker $KAFKA_VERSION" "the Maven repository"
  rm -f "$1/pom.xml"
}

install_kafka_mirror() { install_jars kafka-mirror "the jars of MirrorMaker $KAFKA_VERSION (about 34 MB)" fill_kafka_mirror; }
