package tomledit

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// settingTypes are the well-known settings by their types (RunnerConfig, RunnerSettings, KubernetesConfig and CacheConfig
// in common/config.go of gitlab-runner, 19.4), with which other values do not go into the runner's configuration.
var settingTypes = []struct {
	name, paths string
	is          func(value any) bool
}{
	{"a string", `name url token tls-ca-file tls-cert-file tls-key-file executor builds_dir cache_dir clone_url shell
		pre_get_sources_script post_get_sources_script pre_build_script post_build_script
		kubernetes.namespace kubernetes.image kubernetes.helper_image kubernetes.service_account
		kubernetes.bearer_token kubernetes.runtime_class_name kubernetes.dns_policy kubernetes.priority_class_name kubernetes.scheduler_name
		cache.Type cache.Path cache.s3.ServerAddress cache.s3.BucketName cache.s3.AccessKey cache.s3.SecretKey`, isOf[string]},
	{"true or false", `proxy_exec debug_trace_disabled safe_directory_checkout clean_git_config
		kubernetes.privileged kubernetes.allow_privilege_escalation kubernetes.namespace_per_job kubernetes.bearer_token_overwrite_allowed
		kubernetes.automount_service_account_token cache.s3.PathStyle cache.Shared cache.s3.Insecure`, isOf[bool]},
	{"a whole number", "limit output_limit request_concurrency kubernetes.poll_interval kubernetes.poll_timeout kubernetes.retry_limit " +
		"kubernetes.cleanup_grace_period_seconds kubernetes.pod_termination_grace_period_seconds " +
		"kubernetes.pod_security_context.fs_group kubernetes.pod_security_context.run_as_user kubernetes.pod_security_context.run_as_group", isOf[int64]},
	{"a list of strings", "environment kubernetes.image_pull_secrets kubernetes.allowed_images kubernetes.allowed_services kubernetes.cap_add kubernetes.cap_drop",
		func(value any) bool {
			list, isList := value.([]any)
			return isList && !slices.ContainsFunc(list, func(item any) bool { return !isOf[string](item) })
		}},
	{"a table", "kubernetes cache cache.s3 kubernetes.volumes kubernetes.pod_security_context", isOf[map[string]any]},
	{"a table of strings", "kubernetes.node_selector kubernetes.node_tolerations kubernetes.pod_labels kubernetes.pod_annotations", isTableOf[string]},
	{"a table of true or false", "feature_flags", isTableOf[bool]},
}

// stringSetting matches the settings of [runners.kubernetes] that are strings by their names, as above.
var stringSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(cpu|memory|storage)_(limit|request)(_overwrite_max_allowed)?$|^(namespace|node_selector|pod_labels|pod_annotations|service_account)_overwrite_allowed$`)
})

func isOf[T any](value any) bool {
	_, is := value.(T)
	return is
}

func isTableOf[T any](value any) bool {
	table, is := value.(map[string]any)
	for _, v := range table {
		is = is && isOf[T](v)
	}
	return is
}

// check returns an error where the runner would refuse a setting, or read it by chance.
func (c *Config) check() error {
	for _, known := range settingTypes {
		for name := range strings.FieldsSeq(known.paths) {
			if err := c.checkType(known.is, known.name, strings.Split(name, ".")...); err != nil {
				return err
			}
		}
	}
	if err := checkGlobal(c.tree); err != nil {
		return err
	}
	settings, _, _ := c.walk([]string{kubernetes}) // a table, checked above
	table, _ := settings.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if !stringSetting().MatchString(name) {
			continue
		}
		if err := c.checkType(isOf[string], "a string", kubernetes, name); err != nil {
			return err
		}
	}
	return nil
}

// checkGlobal returns an error where a setting outside of [[runners]] has another type (Config in common/config.go).
func checkGlobal(tree map[string]any) error {
	check := func(is func(any) bool, names ...string) error {
		for _, name := range names {
			for _, key := range spellings(tree, name) {
				if !is(tree[key]) {
					return &Error{Key: key, Message: "it has another type than the runner's"}
				}
			}
		}
		return nil
	}
	return cmp.Or(check(isOf[int64], "concurrent", "check_interval", "shutdown_timeout"),
		check(isOf[string], "log_level", "log_format", "listen_address", "sentry_dsn"))
}

// CheckCopied returns an *Error where the runner would not load a config.toml that registration adds to, or runs more
// than it registers.
func CheckCopied(text string) error {
	tree, err := decode(text)
	if err != nil {
		return err
	}
	if keys := spellings(tree, "runners"); len(keys) > 0 {
		return &Error{Key: keys[0], Message: "it has runners before registration"}
	}
	return checkGlobal(tree)
}

// checkType returns an error where there is a value of another type at a path of keys.
func (c *Config) checkType(is func(value any) bool, name string, path ...string) error {
	value, spelled, err := c.walk(path)
	if err == nil && value != nil && !is(value) {
		err = &Error{Line: c.lineOf(spelled...), Key: spelled[len(path)-1], Message: "it is not " + name}
	}
	return err
}
