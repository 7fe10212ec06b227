// Runs a declarative Jenkinsfile as Jenkins' reference describes its model, without Jenkins (whose jars are in no public Maven
// repository): sections where they are allowed, `when` before or after `input`, `post` after what happened. Shell steps are
// not executed; a scenario says which of them fail. Prints what happened in each as JSON, one line an event.
//
//   groovy run.groovy '[{"file":"Jenkinsfile","branch":"main","fail":["make test"],"approve":true}]'
//
// A directive or step that is not in the model ends a scenario with the event "refused" and a sentence.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilationFailedException

class Scenario {
  String file
  String branch
  List<String> fail
  boolean approve
  String infrastructure = 'none'
  boolean quiet
  void say(Map event) { if (!quiet) println JsonOutput.toJson(event) }
}

class StepFailed extends RuntimeException {
  StepFailed(String command) { super(command) }
}
class Aborted extends RuntimeException {}

class NotInTheModel extends RuntimeException {
  NotInTheModel(String message) { super(message) }
}

/** What a block of the model may contain, each name mapped to what reads it. */
class Block {
  final String where
  final Map<String, Closure> allowed
  final List<String> seen = []
  /** What whoever starts the run has chosen: strings and conditions may name it, as `params`. */
  static Map<String, String> params = [:]
  Block(String where, Map<String, Closure> allowed) { this.where = where; this.allowed = allowed }

  def methodMissing(String name, Object arguments) {
    def reader = allowed[name]
    if (reader == null) throw new NotInTheModel("$name is not allowed in $where")
    seen << name
    reader.call(*(arguments as List))
  }
  // `environment { NAME = 'value' }` assigns; nothing else may.
  void propertyMissing(String name, Object value) {
    def reader = allowed['=']
    if (reader == null) throw new NotInTheModel("$name cannot be set in $where")
    seen << name
    reader.call(name, value)
  }
  def propertyMissing(String name) {
    if (name in ['any', 'none']) return name
    if (name == 'params') return params
    throw new NotInTheModel("$name is unknown in $where")
  }

  static Block read(String where, Map<String, Closure> allowed, Closure body) {
    def block = new Block(where, allowed)
    body.delegate = block
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body.call()
    def twice = block.seen.countBy { it }.find { name, count -> count > 1 && !(name in REPEATED) }
    if (twice) throw new NotInTheModel("$twice.key is there twice in $where")
    return block
  }
  static final REPEATED = ['stage', 'sh', 'echo', 'branch', 'stash', 'unstash', 'archiveArtifacts', 'string', 'booleanParam', 'choice']
}

class Runner {
  static final POST = ['always', 'changed', 'fixed', 'regression', 'aborted', 'success', 'unsuccessful', 'unstable', 'failure', 'notBuilt', 'cleanup']
  static final OPTIONS = ['timestamps', 'disableConcurrentBuilds', 'timeout', 'buildDiscarder', 'skipStagesAfterUnstable', 'skipDefaultCheckout', 'retry']
  final Scenario scenario
  boolean failed = false
  boolean aborted = false
  Runner(Scenario scenario) { this.scenario = scenario }

  void pipeline(Closure body) {
    Closure stages = null
    Map post = [:]
    boolean hasAgent = false
    def block = Block.read('pipeline', [
      agent: { Object value -> hasAgent = agent('pipeline', value) },
      options: { Closure part -> options('pipeline', part) },
      environment: { Closure part -> environment(part) },
      parameters: { Closure part -> parameters(part) },
      triggers: { Closure part -> Block.read('triggers', [cron: { String s -> }, pollSCM: { String s -> }], part) },
      stages: { Closure part -> stages = part },
      post: { Closure part -> post = readPost('pipeline', part) },
    ], body)
    ['agent', 'stages'].each { if (!(it in block.seen)) throw new NotInTheModel("pipeline has no $it") }
    runStages('pipeline', stages, hasAgent)
    runPost('pipeline', post, hasAgent)
    scenario.say(event: 'end', result: aborted ? 'ABORTED' : failed ? 'FAILURE' : 'SUCCESS')
  }

  /** Only choices: of other parameters a scenario says nothing yet. */
  void parameters(Closure part) {
    def allowed = ['name', 'choices', 'description'] as Set
    Block.read('parameters', [choice: { Map given ->
      def unknown = given.keySet() - allowed
      if (unknown) throw new NotInTheModel("${unknown.first()} is not allowed in choice")
      if (!(Block.params[given.name] in given.choices)) throw new NotInTheModel("$given.name cannot be ${Block.params[given.name]}")
    }], part)
  }

  boolean agent(String where, Object value) {
    if (value instanceof Closure) {
      Block.read("agent of $where", [label: { CharSequence s -> scenario.say(event: 'agent', where: where, label: s.toString()) }], value)
      return true
    }
    if (value != 'any' && value != 'none') throw new NotInTheModel("agent of $where is $value")
    return value == 'any'
  }
  void options(String where, Closure part) {
    Block.read("options of $where", OPTIONS.collectEntries { [it, { Object... values -> }] } + [logRotator: { Map m -> m }], part)
  }
  void environment(Closure part) { Block.read('environment', ['=': { String name, Object value -> }], part) }

  Map readPost(String where, Closure part) {
    def found = [:]
    Block.read("post of $where", POST.collectEntries { name -> [name, { Closure steps -> found[name] = steps }] }, part)
    return found
  }

  void runStages(String where, Closure body, boolean hasAgent) {
    int count = 0
    Block.read("stages of $where", [stage: { String name, Closure part -> count += 1; stage(name, part, hasAgent) }], body)
    if (count == 0) throw new NotInTheModel("stages of $where are empty")
  }

  void stage(String name, Closure body, boolean inherits) {
    Closure steps = null, stages = null, input = null, when = null
    Map post = [:]
    boolean hasAgent = inherits
    def block = Block.read("stage $name", [
      agent: { Object value -> hasAgent = agent("stage $name", value) },
      options: { Closure part -> options("stage $name", part) },
      environment: { Closure part -> environment(part) },
      when: { Closure part -> when = part },
      input: { Closure part -> input = part },
      steps: { Closure part -> steps = part },
      stages: { Closure part -> stages = part },
      post: { Closure part -> post = readPost("stage $name", part) },
    ], body)
    if ((steps == null) == (stages == null)) throw new NotInTheModel("stage $name needs either steps or stages")
    scenario.say(event: 'stage', name: name)
    // All of it is read, whatever the scenario: a mistake in a stage that is skipped is one all the same.
    def wanted = when == null ? [matches: true, beforeInput: false] : readWhen(name, when)
    def asked = input == null ? null : readInput(name, input)
    if (failed || aborted || !wanted.matches) {
      if (asked && !wanted.beforeInput && !failed && !aborted) scenario.say(event: 'input', stage: name, submitter: asked.submitter)
      checkOnly(name, steps, stages, post, hasAgent)
      return
    }
    try {
      if (asked) {
        scenario.say(event: 'input', stage: name, submitter: asked.submitter)
        if (!scenario.approve) throw new Aborted()
      }
      if (steps != null) runSteps(name, steps, hasAgent) else runStages(name, stages, hasAgent)
    } catch (StepFailed ignored) {
      failed = true
    } catch (Aborted ignored) {
      aborted = true
    }
    runPost(name, post, hasAgent)
  }

  void checkOnly(String name, Closure steps, Closure stages, Map post, boolean hasAgent) {
    def quiet = new Runner(new Scenario(branch: scenario.branch, fail: [], approve: true, quiet: true))
    if (steps != null) quiet.runSteps(name, steps, hasAgent) else quiet.runStages(name, stages, hasAgent)
    post.each { condition, part -> quiet.runSteps("post of $name", part, hasAgent) }
  }

  Map readWhen(String name, Closure part) {
    boolean matches = true, beforeInput = false
    Block.read("when of $name", [
      branch: { String pattern -> matches = matches && scenario.branch == pattern },
      beforeInput: { boolean value -> beforeInput = value },
      expression: { Closure condition ->
        condition.delegate = [params: Block.params]
        condition.resolveStrategy = Closure.DELEGATE_ONLY
        matches = matches && condition.call()
      },
    ], part)
    return [matches: matches, beforeInput: beforeInput]
  }
  Map readInput(String name, Closure part) {
    def found = [:]
    Block.read("input of $name", ['message', 'ok', 'submitter', 'id'].collectEntries { key -> [key, { String value -> found[key] = value }] }, part)
    if (!found.message) throw new NotInTheModel("input of $name has no message")
    return found
  }

  void runSteps(String name, Closure body, boolean hasAgent) {
    def onAgent = { String step, Closure act ->
      { Object... values ->
        if (!hasAgent) throw new NotInTheModel("$step in $name needs an agent")
        act(*values)
      }
    }
    def block = Block.read("steps of $name", [
      sh: onAgent('sh') { String command ->
        scenario.say(event: 'sh', stage: name, command: command)
        if (command in scenario.fail) throw new StepFailed(command)
      },
      echo: { String message -> },
      stash: onAgent('stash') { Map what -> scenario.say(event: 'stash', stage: name, name: what.name) },
      unstash: onAgent('unstash') { String what -> scenario.say(event: 'unstash', stage: name, name: what) },
      archiveArtifacts: onAgent('archiveArtifacts') { Map what -> },
    ], body)
    if (block.seen.isEmpty()) throw new NotInTheModel("steps of $name are empty")
  }

  void runPost(String name, Map post, boolean hasAgent) {
    def unsuccessful = failed || aborted
    def wanted = [always: true, success: !unsuccessful, unsuccessful: unsuccessful, failure: failed, aborted: aborted, cleanup: true]
    post.each { condition, part ->
      try {
        if (!wanted[condition]) checkOnly("post of $name", part, null, [:], hasAgent)
        else runSteps("post of $name", part, hasAgent)
      } catch (StepFailed ignored) {
        failed = true
      }
    }
  }
}

void run(Scenario scenario) {
  Block.params = [INFRASTRUCTURE: scenario.infrastructure]
  def runner = new Runner(scenario)
  def binding = new Binding(pipeline: { Closure body -> runner.pipeline(body) })
  try {
    new GroovyShell(this.class.classLoader, binding).evaluate(new File(scenario.file))
  } catch (NotInTheModel | CompilationFailedException error) {
    scenario.say(event: 'refused', message: error.message)
  }
}

new JsonSlurper().parseText(args[0]).each { given ->
  println JsonOutput.toJson([event: 'begin'])
  run(new Scenario(given as Map))
}
