# shellcheck shell=bash disable=SC2154
# Groovy's jars, to run the Jenkinsfile (`setup.sh groovy`).

groovy_directory() { echo "$cache/groovy-$GROOVY_VERSION"; }

install_groovy() {
  local dir
  dir=$(groovy_directory)
  if [ ! -d "$dir" ]; then
    find_maven
    step groovy "fetching Groovy $GROOVY_VERSION with Maven (8 MB)" locked kafka install_dir "$dir" fill_groovy
  fi
  ln -sfn "$dir" "$tools/groovy"
}

fill_groovy() {
  local name
  for name in groovy groovy-json; do
    logged groovy.log copy_groovy "$name" "$1" || explain groovy.log "Groovy $GROOVY_VERSION" "the Maven repository"
  done
}

copy_groovy() {
  JAVA_HOME=$(dirname "$(dirname "$java")") MAVEN_SKIP_RC=1 "$maven" -B -q --strict-checksums -Dmaven.repo.local="$cache/maven-repository" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy" \
    -Dartifact="org.apache.groovy:$1:$GROOVY_VERSION" -DoutputDirectory="$2"
}
