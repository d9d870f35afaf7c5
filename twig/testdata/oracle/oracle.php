<?php
// Renders one request a line with PHP's Twig: {"templates", "data", "autoescape", "strict"}
// gives {"out"} or {"error"}. Debian's php-twig is found by its own autoloader.
require '/usr/share/php/Twig/autoload.php';
error_reporting(0);
ini_set('precision', '14');
ini_set('serialize_precision', '-1');
date_default_timezone_set('UTC');

// Loader keeps templates of different requests apart: Twig compiles each cache
// key once in a process, whatever the escaping strategy.
class Loader implements \Twig\Loader\LoaderInterface
{
    public static int $request = 0;

    public function __construct(private array $templates)
    {
        ++self::$request;
    }

    public function getSourceContext(string $name): \Twig\Source
    {
        if (!isset($this->templates[$name])) {
            throw new \Twig\Error\LoaderError("Template \"$name\" is not defined.");
        }

        return new \Twig\Source($this->templates[$name], $name);
    }

    public function getCacheKey(string $name): string
    {
        return self::$request.':'.$this->getSourceContext($name)->getName();
    }

    public function isFresh(string $name, int $time): bool
    {
        return true;
    }

    public function exists(string $name): bool
    {
        return isset($this->templates[$name]);
    }
}

while (false !== $line = fgets(STDIN)) {
    $request = json_decode($line, true);
    try {
        $loader = new Loader($request['templates']);
        $twig = new \Twig\Environment($loader, [
            'autoescape' => $request['autoescape'], 'strict_variables' => $request['strict'], 'cache' => false,
        ]);
        $twig->getExtension(\Twig\Extension\CoreExtension::class)->setTimezone('UTC');
        $answer = ['out' => base64_encode($twig->render('index.twig', $request['data']))];
    } catch (\Throwable $e) {
        $answer = ['error' => mb_convert_encoding(get_class($e).': '.$e->getMessage(), 'UTF-8', 'UTF-8')];
    }
    echo json_encode($answer), "\n";
    flush();
}
